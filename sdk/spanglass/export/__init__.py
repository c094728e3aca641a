"""Exports finished spans as OTLP/HTTP protobuf from a background thread: queue, worker, wire, transport."""
