-- Raw OTLP logs requests go in here and nothing stays: views/2x make rows of them.
CREATE TABLE otlp_logs_inbox {{ on_cluster }}
(
    resource_logs {{ otlp.logs }},
    project String,
    received_at_unix_nano UInt64,
    digest String
)
ENGINE = Null;

-- The same, one row a record, and nothing stays here either: each kind of record has its view.
CREATE TABLE log_records {{ on_cluster }}
(
    Project LowCardinality(String),
    Timestamp DateTime64(9),
    TraceId String,
    SpanId String,
    TraceFlags UInt8,
    SeverityText String,
    SeverityNumber UInt8,
    ServiceName String,
    Body String,
    ResourceSchemaUrl String,
    ResourceAttributes Map(LowCardinality(String), String),
    ScopeSchemaUrl String,
    ScopeName String,
    ScopeVersion String,
    ScopeAttributes Map(LowCardinality(String), String),
    LogAttributes Map(LowCardinality(String), String),
    EventName String,
    ReceivedAt DateTime64(9),
    Position UInt32 COMMENT 'place in its request: the order of what happened in one nanosecond',
    Class Enum8('log' = 0, 'score' = 1, 'content' = 2)
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

-- What content events said of a span: one row an event. The collector copies it into the span (content.py).
CREATE TABLE span_content {{ on_cluster }}
(
    Project LowCardinality(String),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    Timestamp DateTime64(9) CODEC(Delta, ZSTD(1)),
    Position UInt32,
    IsWhole Bool COMMENT 'true: JSON arrays of all messages; false: one message',
    InputMessages String CODEC(ZSTD(1)),
    OutputMessages String CODEC(ZSTD(1)),
    SystemInstructions String CODEC(ZSTD(1)),
    ToolDefinitions String CODEC(ZSTD(1)),
    Digest UInt64 COMMENT 'of what it says: the same event sent again is one row',
    StoredAt DateTime64(9) CODEC(Delta, ZSTD(1)),
    INDEX idx_stored_at StoredAt TYPE minmax GRANULARITY 1
)
ENGINE = {{ engine("ReplacingMergeTree", "StoredAt") }}
ORDER BY (Project, TraceId, SpanId, Timestamp, Digest)
TTL toDateTime(StoredAt) + INTERVAL 7 DAY DELETE
SETTINGS {{ durable_settings }};

-- Which content is in its span already. Another digest: more was said since.
CREATE TABLE span_content_joined {{ on_cluster }}
(
    Project LowCardinality(String),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    Digest UInt64,
    JoinedAt DateTime64(9) CODEC(Delta, ZSTD(1))
)
ENGINE = {{ engine("ReplacingMergeTree", "JoinedAt") }}
ORDER BY (Project, TraceId, SpanId)
TTL toDateTime(JoinedAt) + INTERVAL 7 DAY DELETE
SETTINGS {{ durable_settings }};

ALTER TABLE spans {{ on_cluster }} ADD COLUMN IF NOT EXISTS
    ContentJoined Bool COMMENT 'written again with messages that came in events; rollups have counted it before' AFTER ReceivedAt;

ALTER TABLE scores {{ on_cluster }} ADD COLUMN IF NOT EXISTS
    ResponseId String COMMENT 'gen_ai.response.id of the judged answer, where the sender named it' CODEC(ZSTD(1));
