-- One judgement of one target. The same judgement written twice is one row: the last wins.
CREATE TABLE scores {{ on_cluster }}
(
    Project LowCardinality(String),
    ScoredAt DateTime64(6) CODEC(Delta, ZSTD(1)),
    TargetKind LowCardinality(String) COMMENT 'span, trace, session, dataset_item',
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    SessionId String CODEC(ZSTD(1)),
    TargetTime DateTime64(9) COMMENT 'start of the judged span' CODEC(Delta, ZSTD(1)),
    Name LowCardinality(String),
    Value Nullable(Float64) COMMENT 'NULL: the evaluator could not tell',
    Label LowCardinality(String),
    Explanation String CODEC(ZSTD(1)),
    Evaluator LowCardinality(String),
    EvaluatorVersion LowCardinality(String),
    ConfigDigest LowCardinality(String),
    Source LowCardinality(String) COMMENT 'evaluator, human, api, sdk',
    CostUsd Nullable(Float64),
    Error String COMMENT 'why there is no judgement; empty when there is one' CODEC(ZSTD(1)),
    INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = {{ engine("ReplacingMergeTree", "ScoredAt") }}
PARTITION BY toYYYYMM(TargetTime)
PRIMARY KEY (Project, Name, TargetTime)
ORDER BY (Project, Name, TargetTime, TargetKind, TraceId, SpanId, SessionId, Evaluator, EvaluatorVersion, ConfigDigest, Source)
SETTINGS {{ durable_settings }};

-- One judgement of a window or a cohort: a drift statistic, a gap between groups.
CREATE TABLE window_scores {{ on_cluster }}
(
    Project LowCardinality(String),
    ScoredAt DateTime64(6) CODEC(Delta, ZSTD(1)),
    Name LowCardinality(String) COMMENT 'drift, group_gap, ...',
    Feature LowCardinality(String) COMMENT 'what was compared: OutputTokens, score:toxicity, embedding:output, ...',
    Cohort String COMMENT 'which part of the traffic: model=gpt-4, group=f vs group=m, ...; empty for all',
    Method LowCardinality(String),
    Statistic Nullable(Float64),
    PValue Nullable(Float64) COMMENT 'as the test gives it',
    AdjustedPValue Nullable(Float64) COMMENT 'after multiple-comparison control over the run',
    EffectSize Nullable(Float64),
    EffectLow Nullable(Float64) COMMENT 'interval of the effect where the method gives one',
    EffectHigh Nullable(Float64),
    Threshold Nullable(Float64) COMMENT 'least effect that counts',
    Drifted Nullable(Bool) COMMENT 'NULL: not enough data to tell',
    N UInt64,
    ReferenceN UInt64,
    WindowStart DateTime64(3),
    WindowEnd DateTime64(3),
    ReferenceStart DateTime64(3),
    ReferenceEnd DateTime64(3),
    Explanation String CODEC(ZSTD(1)),
    Evaluator LowCardinality(String),
    EvaluatorVersion LowCardinality(String),
    ConfigDigest LowCardinality(String),
    Error String CODEC(ZSTD(1))
)
ENGINE = {{ engine("ReplacingMergeTree", "ScoredAt") }}
PARTITION BY toYYYYMM(WindowEnd)
PRIMARY KEY (Project, Name, WindowEnd)
ORDER BY (Project, Name, WindowEnd, Feature, Cohort, Method, WindowStart, ReferenceStart, ReferenceEnd, Evaluator, EvaluatorVersion, ConfigDigest)
SETTINGS {{ durable_settings }};
