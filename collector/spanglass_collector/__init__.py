"""The collector: OTLP in, rows in ClickHouse out, nothing acknowledged is lost.

Reading order follows the data: receive/ (HTTP and gRPC edges) -> admit/ (validate, stamp) -> commit/ (group commit)
-> store/ (schema, dialects, migrations). query/ serves the embedded store over HTTP, alerts/ watches what is stored.
"""
