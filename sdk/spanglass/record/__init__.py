"""Records spans: real OpenTelemetry spans, light enough to be made on every call."""
