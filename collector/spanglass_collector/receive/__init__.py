"""The edges: OTLP over HTTP and gRPC. Both end in Receiver.accept."""
