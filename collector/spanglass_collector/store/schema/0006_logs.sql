-- Raw OTLP logs requests go in here and nothing stays: views/2x make rows of them.
CREATE TABLE otlp_logs_inbox {{ on_cluster }}
(
    resource_logs {{ otlp.logs }},
    project String,
    received_at_unix_nano UInt64,
    digest String
)
ENGINE = Null;

-- Log records that are no GenAI event, with the columns of the OpenTelemetry Collector's ClickHouse exporter.
-- A record has no id: one sent again in another request is another row (the same request is recognised by its digest).
CREATE TABLE otel_logs {{ on_cluster }}
(
    Project LowCardinality(String),
    Timestamp DateTime64(9) COMMENT 'of the event, or of its observation when the sender did not say' CODEC(Delta, ZSTD(1)),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    TraceFlags UInt8,
    SeverityText LowCardinality(String) CODEC(ZSTD(1)),
    SeverityNumber UInt8,
    ServiceName LowCardinality(String) CODEC(ZSTD(1)),
    Body String CODEC(ZSTD(1)),
    ResourceSchemaUrl LowCardinality(String) CODEC(ZSTD(1)),
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ScopeSchemaUrl LowCardinality(String) CODEC(ZSTD(1)),
    ScopeName LowCardinality(String) CODEC(ZSTD(1)),
    ScopeVersion LowCardinality(String) CODEC(ZSTD(1)),
    ScopeAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    LogAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    EventName LowCardinality(String) CODEC(ZSTD(1)),
    ReceivedAt DateTime64(9) CODEC(Delta, ZSTD(1)),
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = {{ engine("MergeTree") }}
PARTITION BY toYYYYMM(Timestamp)
ORDER BY (Project, toStartOfFiveMinutes(Timestamp), ServiceName, Timestamp)
SETTINGS {{ durable_settings }};
