-- One row a span. Columns of the OpenTelemetry Collector's ClickHouse exporter first, GenAI columns after.
-- A span sent twice (client retry, import repeated) is one row: readers run with final=1, merges remove the rest.
CREATE TABLE spans {{ on_cluster }}
(
    Project LowCardinality(String),
    Timestamp DateTime64(9) CODEC(Delta, ZSTD(1)),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    ParentSpanId String CODEC(ZSTD(1)),
    TraceState String CODEC(ZSTD(1)),
    SpanName LowCardinality(String),
    SpanKind LowCardinality(String),
    ServiceName LowCardinality(String),
    Duration UInt64 COMMENT 'ns' CODEC(T64, ZSTD(1)),
    StatusCode LowCardinality(String) COMMENT 'Unset, Ok, Error',
    StatusMessage String CODEC(ZSTD(1)),
    ScopeName LowCardinality(String),
    ScopeVersion LowCardinality(String),
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    SpanAttributes Map(LowCardinality(String), String) COMMENT 'as sent, less what has a text column of its own' CODEC(ZSTD(1)),
    `Events.Timestamp` Array(DateTime64(9)) CODEC(ZSTD(1)),
    `Events.Name` Array(LowCardinality(String)) CODEC(ZSTD(1)),
    `Events.Attributes` Array(Map(LowCardinality(String), String)) CODEC(ZSTD(1)),
    `Links.TraceId` Array(String) CODEC(ZSTD(1)),
    `Links.SpanId` Array(String) CODEC(ZSTD(1)),
    `Links.TraceState` Array(String) CODEC(ZSTD(1)),
    `Links.Attributes` Array(Map(LowCardinality(String), String)) CODEC(ZSTD(1)),

    Kind LowCardinality(String) COMMENT 'llm, agent, tool, retriever, embedding, reranker, guardrail, chain, task; empty when unknown',
    Operation LowCardinality(String),
    Provider LowCardinality(String),
    RequestModel LowCardinality(String),
    ResponseModel LowCardinality(String),
    ModelVersion LowCardinality(String),
    ResponseId String CODEC(ZSTD(1)),
    InputTokens Nullable(UInt64) COMMENT 'includes cached' CODEC(T64, ZSTD(1)),
    OutputTokens Nullable(UInt64) COMMENT 'includes reasoning' CODEC(T64, ZSTD(1)),
    CachedInputTokens Nullable(UInt64) CODEC(T64, ZSTD(1)),
    CacheWriteTokens Nullable(UInt64) CODEC(T64, ZSTD(1)),
    ReasoningTokens Nullable(UInt64) CODEC(T64, ZSTD(1)),
    CostUsd Nullable(Float64) COMMENT 'NULL: unpriced' CODEC(ZSTD(1)),
    TimeToFirstToken Nullable(UInt64) COMMENT 'ns' CODEC(T64, ZSTD(1)),
    Streaming Nullable(Bool),
    FinishReasons Array(LowCardinality(String)),
    InputMessages String COMMENT 'JSON' CODEC(ZSTD(1)),
    OutputMessages String COMMENT 'JSON' CODEC(ZSTD(1)),
    SystemInstructions String COMMENT 'JSON' CODEC(ZSTD(1)),
    ToolDefinitions String COMMENT 'JSON' CODEC(ZSTD(1)),
    Documents String COMMENT 'JSON' CODEC(ZSTD(1)),
    Input String COMMENT 'argument text of a function, tool or retriever' CODEC(ZSTD(1)),
    Output String COMMENT 'result text of a function, tool or retriever' CODEC(ZSTD(1)),
    SessionId String CODEC(ZSTD(1)),
    UserId String CODEC(ZSTD(1)),
    AgentName LowCardinality(String),
    ToolName LowCardinality(String),
    PromptName LowCardinality(String),
    PromptVersion LowCardinality(String),
    Tags Array(LowCardinality(String)),
    Environment LowCardinality(String),
    Release LowCardinality(String),
    ErrorType LowCardinality(String),
    ReceivedAt DateTime64(9) COMMENT 'when the collector took it; evaluators claim by it' CODEC(Delta, ZSTD(1)),

    INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_received_at ReceivedAt TYPE minmax GRANULARITY 1,
    INDEX idx_session SessionId TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_user UserId TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = {{ engine("ReplacingMergeTree", "ReceivedAt") }}
PARTITION BY toYYYYMM(Timestamp)
PRIMARY KEY (Project, Timestamp)
ORDER BY (Project, Timestamp, TraceId, SpanId)
SETTINGS {{ durable_settings }},
    -- Spans are large rows: merge rarely and many parts at once, and keep what one insert writes in few files.
    min_parts_to_merge_at_once = 30, min_bytes_for_wide_part = 67108864;

-- Raw OTLP requests go in here and nothing stays: the view otlp_inbox_to_spans explodes them (views/).
CREATE TABLE otlp_inbox {{ on_cluster }}
(
    resource_spans {{ otlp.request }},
    project String,
    received_at_unix_nano UInt64,
    digest String
)
ENGINE = Null;

-- Requests that are stored, by digest: a client that repeats one after a lost answer is told 200 and adds nothing.
CREATE TABLE otlp_requests {{ on_cluster }}
(
    Digest String,
    ReceivedAt DateTime64(9)
)
ENGINE = {{ engine("MergeTree") }}
ORDER BY ReceivedAt
TTL toDateTime(ReceivedAt) + INTERVAL 1 DAY DELETE
SETTINGS {{ durable_settings }};

CREATE TABLE spans_trace_id_ts {{ on_cluster }}
(
    Project LowCardinality(String),
    TraceId String CODEC(ZSTD(1)),
    Start SimpleAggregateFunction(min, DateTime),
    End SimpleAggregateFunction(max, DateTime)
)
ENGINE = {{ engine("AggregatingMergeTree") }}
ORDER BY (TraceId, Project)
SETTINGS {{ durable_settings }};

-- Per minute. Tokens and cost are those of model calls alone: agents and chains repeat their children's.
CREATE TABLE usage_1m {{ on_cluster }}
(
    Project LowCardinality(String),
    Minute DateTime,
    ServiceName LowCardinality(String),
    Environment LowCardinality(String),
    Kind LowCardinality(String),
    Provider LowCardinality(String),
    Model LowCardinality(String),
    PromptName LowCardinality(String),
    PromptVersion LowCardinality(String),
    Calls SimpleAggregateFunction(sum, Int64),
    Errors SimpleAggregateFunction(sum, Int64),
    InputTokens SimpleAggregateFunction(sum, Int64),
    OutputTokens SimpleAggregateFunction(sum, Int64),
    CostUsd SimpleAggregateFunction(sum, Float64),
    UnpricedCalls SimpleAggregateFunction(sum, Int64),
    DurationQuantiles AggregateFunction(quantilesTDigest(0.5, 0.9, 0.95, 0.99), UInt64),
    TimeToFirstTokenQuantiles AggregateFunction(quantilesTDigest(0.5, 0.9, 0.95, 0.99), Nullable(UInt64))
)
ENGINE = {{ engine("AggregatingMergeTree") }}
PARTITION BY toYYYYMM(Minute)
ORDER BY (Project, Minute, ServiceName, Environment, Kind, Provider, Model, PromptName, PromptVersion)
SETTINGS {{ durable_settings }};
