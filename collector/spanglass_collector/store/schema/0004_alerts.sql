-- State of each alert, by rule and the labels that tell its instances apart; the last row wins.
CREATE TABLE alert_states {{ on_cluster }}
(
    Project LowCardinality(String),
    Rule LowCardinality(String),
    Instance String COMMENT 'JSON object of labels, keys sorted',
    State LowCardinality(String) COMMENT 'pending, firing, resolved',
    Severity LowCardinality(String),
    Value Nullable(Float64),
    Summary String,
    Details String COMMENT 'JSON',
    DedupKey String,
    Since DateTime64(3),
    UpdatedAt DateTime64(6)
)
ENGINE = {{ engine("ReplacingMergeTree", "UpdatedAt") }}
ORDER BY (Project, Rule, Instance)
SETTINGS {{ durable_settings }};

-- What must be said to whom; written before it is sent, so that a restart sends what is left.
CREATE TABLE alert_outbox {{ on_cluster }}
(
    Id String,
    CreatedAt DateTime64(3),
    Project LowCardinality(String),
    Channel LowCardinality(String),
    Event LowCardinality(String) COMMENT 'trigger, resolve',
    Rule LowCardinality(String),
    DedupKey String,
    Payload String COMMENT 'JSON',
    Status LowCardinality(String) COMMENT 'pending, delivered, dead',
    Attempts UInt32,
    NextAttemptAt DateTime64(3),
    LastError String,
    UpdatedAt DateTime64(6)
)
ENGINE = {{ engine("ReplacingMergeTree", "UpdatedAt") }}
ORDER BY Id
SETTINGS {{ durable_settings }};
