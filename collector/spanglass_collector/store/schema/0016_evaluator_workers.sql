-- Several evaluator processes share the traffic by slots (a hash of the trace or session id). Each slot has one worker
-- at a time and a watermark of its own; evaluator_progress keeps the sum: how far the slowest slot is.
CREATE TABLE evaluator_slots {{ on_cluster }}
(
    Project LowCardinality(String),
    Evaluator LowCardinality(String),
    EvaluatorVersion LowCardinality(String),
    ConfigDigest LowCardinality(String),
    Slot UInt8,
    Watermark DateTime64(9) COMMENT 'every target of the slot that was received up to here is scored or was skipped',
    Scored UInt64,
    Failed UInt64,
    UpdatedAt DateTime64(6)
)
ENGINE = {{ engine("ReplacingMergeTree", "UpdatedAt") }}
ORDER BY (Project, Evaluator, EvaluatorVersion, ConfigDigest, Slot)
SETTINGS {{ durable_settings }};

-- Who is there: a worker beats every few seconds; without a beat for the lease its slots are taken over.
CREATE TABLE evaluator_workers {{ on_cluster }}
(
    Project LowCardinality(String),
    Worker String,
    Since DateTime64(6) COMMENT 'first beat',
    BeatAt DateTime64(6) DEFAULT now64(6) COMMENT 'by the clock of the store',
    HasLeft Bool
)
ENGINE = {{ engine("ReplacingMergeTree", "BeatAt") }}
ORDER BY (Project, Worker)
TTL toDateTime(BeatAt) + INTERVAL 1 DAY DELETE;

-- What evaluators with a budget have used, by hour.
CREATE TABLE evaluator_spend {{ on_cluster }}
(
    Project LowCardinality(String),
    Evaluator LowCardinality(String),
    Hour DateTime,
    Calls UInt64 COMMENT 'targets handed to the evaluator',
    CostUsd Float64,
    CpuSeconds Float64 COMMENT 'of the threads that scored'
)
ENGINE = {{ engine("SummingMergeTree", "(Calls, CostUsd, CpuSeconds)") }}
ORDER BY (Project, Evaluator, Hour)
TTL Hour + INTERVAL 1 YEAR DELETE;
