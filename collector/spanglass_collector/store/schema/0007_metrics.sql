{% macro head() %}
    Project LowCardinality(String),
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ResourceSchemaUrl LowCardinality(String) CODEC(ZSTD(1)),
    ScopeName LowCardinality(String) CODEC(ZSTD(1)),
    ScopeVersion LowCardinality(String) CODEC(ZSTD(1)),
    ScopeAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    ScopeDroppedAttrCount UInt32 CODEC(ZSTD(1)),
    ScopeSchemaUrl LowCardinality(String) CODEC(ZSTD(1)),
    ServiceName LowCardinality(String) CODEC(ZSTD(1)),
    MetricName LowCardinality(String) CODEC(ZSTD(1)),
    MetricDescription LowCardinality(String) CODEC(ZSTD(1)),
    MetricUnit LowCardinality(String) CODEC(ZSTD(1)),
    Attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    StartTimeUnix DateTime64(9) CODEC(Delta, ZSTD(1)),
    TimeUnix DateTime64(9) CODEC(Delta, ZSTD(1)),
    Flags UInt32 CODEC(ZSTD(1)),
{% endmacro %}
{% macro exemplars() %}
    `Exemplars.FilteredAttributes` Array(Map(LowCardinality(String), String)) CODEC(ZSTD(1)),
    `Exemplars.TimeUnix` Array(DateTime64(9)) CODEC(ZSTD(1)),
    `Exemplars.Value` Array(Float64) CODEC(ZSTD(1)),
    `Exemplars.SpanId` Array(String) CODEC(ZSTD(1)),
    `Exemplars.TraceId` Array(String) CODEC(ZSTD(1)),
{% endmacro %}
{% macro extremes() %}
    Min Nullable(Float64) COMMENT 'NULL: not sent' CODEC(ZSTD(1)),
    Max Nullable(Float64) COMMENT 'NULL: not sent' CODEC(ZSTD(1)),
    AggregationTemporality Int32 COMMENT '1 delta, 2 cumulative' CODEC(ZSTD(1)),
{% endmacro %}
-- Raw OTLP metrics requests go in here and nothing stays: views/3x make rows of them.
CREATE TABLE otlp_metrics_inbox {{ on_cluster }}
(
    resource_metrics {{ otlp.metrics }},
    project String,
    received_at_unix_nano UInt64,
    digest String
)
ENGINE = Null;

-- One table a kind, with the columns of the OpenTelemetry Collector's ClickHouse exporter. A data point is named by its
-- series and time: sent again, it is one row to readers with final=1. Origin tells series apart that differ in resource
-- or scope alone, as those of two processes of one service do.
CREATE TABLE otel_metrics_gauge {{ on_cluster }}
(
{{ head() }}    Value Nullable(Float64) COMMENT 'NULL: the sender recorded none (Flags 1)' CODEC(ZSTD(1)),
{{ exemplars() }}    ReceivedAt DateTime64(9) CODEC(Delta, ZSTD(1)),
    Origin UInt64 COMMENT 'hash of resource, scope and start time'
)
ENGINE = {{ engine("ReplacingMergeTree", "ReceivedAt") }}
PARTITION BY toYYYYMM(TimeUnix)
ORDER BY (Project, ServiceName, MetricName, Attributes, toUnixTimestamp64Nano(TimeUnix), Origin)
SETTINGS {{ durable_settings }};

CREATE TABLE otel_metrics_sum {{ on_cluster }}
(
{{ head() }}    Value Nullable(Float64) COMMENT 'NULL: the sender recorded none (Flags 1)' CODEC(ZSTD(1)),
    AggregationTemporality Int32 COMMENT '1 delta, 2 cumulative' CODEC(ZSTD(1)),
    IsMonotonic Bool CODEC(Delta, ZSTD(1)),
{{ exemplars() }}    ReceivedAt DateTime64(9) CODEC(Delta, ZSTD(1)),
    Origin UInt64 COMMENT 'hash of resource, scope and start time'
)
ENGINE = {{ engine("ReplacingMergeTree", "ReceivedAt") }}
PARTITION BY toYYYYMM(TimeUnix)
ORDER BY (Project, ServiceName, MetricName, Attributes, toUnixTimestamp64Nano(TimeUnix), Origin)
SETTINGS {{ durable_settings }};

CREATE TABLE otel_metrics_histogram {{ on_cluster }}
(
{{ head() }}    Count UInt64 CODEC(Delta, ZSTD(1)),
    Sum Nullable(Float64) CODEC(ZSTD(1)),
    BucketCounts Array(UInt64) CODEC(ZSTD(1)),
    ExplicitBounds Array(Float64) CODEC(ZSTD(1)),
{{ extremes() }}{{ exemplars() }}    ReceivedAt DateTime64(9) CODEC(Delta, ZSTD(1)),
    Origin UInt64 COMMENT 'hash of resource, scope and start time'
)
ENGINE = {{ engine("ReplacingMergeTree", "ReceivedAt") }}
PARTITION BY toYYYYMM(TimeUnix)
ORDER BY (Project, ServiceName, MetricName, Attributes, toUnixTimestamp64Nano(TimeUnix), Origin)
SETTINGS {{ durable_settings }};

CREATE TABLE otel_metrics_exponential_histogram {{ on_cluster }}
(
{{ head() }}    Count UInt64 CODEC(Delta, ZSTD(1)),
    Sum Nullable(Float64) CODEC(ZSTD(1)),
    Scale Int32 CODEC(ZSTD(1)),
    ZeroCount UInt64 CODEC(ZSTD(1)),
    PositiveOffset Int32 CODEC(ZSTD(1)),
    PositiveBucketCounts Array(UInt64) CODEC(ZSTD(1)),
    NegativeOffset Int32 CODEC(ZSTD(1)),
    NegativeBucketCounts Array(UInt64) CODEC(ZSTD(1)),
{{ extremes() }}{{ exemplars() }}    ReceivedAt DateTime64(9) CODEC(Delta, ZSTD(1)),
    Origin UInt64 COMMENT 'hash of resource, scope and start time'
)
ENGINE = {{ engine("ReplacingMergeTree", "ReceivedAt") }}
PARTITION BY toYYYYMM(TimeUnix)
ORDER BY (Project, ServiceName, MetricName, Attributes, toUnixTimestamp64Nano(TimeUnix), Origin)
SETTINGS {{ durable_settings }};

CREATE TABLE otel_metrics_summary {{ on_cluster }}
(
{{ head() }}    Count UInt64 CODEC(Delta, ZSTD(1)),
    Sum Float64 CODEC(ZSTD(1)),
    `ValueAtQuantiles.Quantile` Array(Float64) CODEC(ZSTD(1)),
    `ValueAtQuantiles.Value` Array(Float64) CODEC(ZSTD(1)),
    ReceivedAt DateTime64(9) CODEC(Delta, ZSTD(1)),
    Origin UInt64 COMMENT 'hash of resource, scope and start time'
)
ENGINE = {{ engine("ReplacingMergeTree", "ReceivedAt") }}
PARTITION BY toYYYYMM(TimeUnix)
ORDER BY (Project, ServiceName, MetricName, Attributes, toUnixTimestamp64Nano(TimeUnix), Origin)
SETTINGS {{ durable_settings }};
