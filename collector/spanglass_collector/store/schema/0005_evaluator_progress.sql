-- How far each evaluator has come; the last row wins.
CREATE TABLE evaluator_progress {{ on_cluster }}
(
    Project LowCardinality(String),
    Evaluator LowCardinality(String),
    EvaluatorVersion LowCardinality(String),
    ConfigDigest LowCardinality(String),
    Watermark DateTime64(9) COMMENT 'every span received up to here is scored or was skipped',
    Scored UInt64,
    Skipped UInt64,
    Failed UInt64,
    UpdatedAt DateTime64(6)
)
ENGINE = {{ engine("ReplacingMergeTree", "UpdatedAt") }}
ORDER BY (Project, Evaluator, EvaluatorVersion, ConfigDigest)
SETTINGS {{ durable_settings }};
