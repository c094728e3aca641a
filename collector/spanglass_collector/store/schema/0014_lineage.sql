-- The other half of the loop: data -> training -> model version -> deployment. One LineageId runs through all of it;
-- a span joins by its ModelVersion ('model@version'). A record written twice is one row: the last wins.

CREATE TABLE datasets {{ on_cluster }}
(
    Project LowCardinality(String),
    Dataset LowCardinality(String),
    Version String COMMENT 'first 12 hex digits of Digest',
    Digest String COMMENT 'SHA-256 over the sorted item digests and splits',
    LineageId String,
    CreatedAt DateTime64(6, 'UTC'),
    ParentDigest String COMMENT 'the version this one was made from; empty for a first one',
    ParentLineageId String,
    Source LowCardinality(String) COMMENT 'traces, file',
    Selection String COMMENT 'which traces or which file' CODEC(ZSTD(1)),
    Items UInt64,
    Splits Map(LowCardinality(String), UInt64),
    CodeRevision String COMMENT 'Git commit of the folder it was made in; empty when there is none',
    DataRevision String COMMENT 'DVC digest of the source file; empty when there is none'
)
ENGINE = {{ engine("ReplacingMergeTree", "CreatedAt") }}
ORDER BY (Project, Dataset, Digest);

CREATE TABLE dataset_items {{ on_cluster }}
(
    Project LowCardinality(String),
    DatasetDigest String,
    ItemId String COMMENT 'SHA-256 of the messages' CODEC(ZSTD(1)),
    Split LowCardinality(String),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    Messages String COMMENT 'OpenAI chat messages, the last one the wanted answer, as JSON' CODEC(ZSTD(3)),
    Rejected String COMMENT 'the answer not wanted, as a JSON message; empty when unknown' CODEC(ZSTD(3)),
    Metadata Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    AddedAt DateTime64(6, 'UTC')
)
ENGINE = {{ engine("ReplacingMergeTree", "AddedAt") }}
ORDER BY (Project, DatasetDigest, ItemId);

CREATE TABLE training_runs {{ on_cluster }}
(
    Project LowCardinality(String),
    RunId String,
    ParentRunId String COMMENT 'the study or the run this is a part of',
    ResumedFrom String COMMENT 'the run whose checkpoint this one started from',
    Name String,
    Status LowCardinality(String) COMMENT 'running, finished, failed, interrupted',
    Error String CODEC(ZSTD(1)),
    StartedAt DateTime64(6, 'UTC'),
    EndedAt Nullable(DateTime64(6, 'UTC')),
    UpdatedAt DateTime64(6, 'UTC'),
    LineageId String,
    Dataset String,
    DatasetDigest String,
    BaseModel String,
    Adapter String COMMENT 'PEFT configuration as JSON; empty when all weights are trained' CODEC(ZSTD(1)),
    Config String COMMENT 'JSON' CODEC(ZSTD(1)),
    Seed Nullable(Int64),
    CodeRevision String,
    CodeIsDirty Nullable(Bool),
    Packages Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    Hardware Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    WorldSize UInt32
)
ENGINE = {{ engine("ReplacingMergeTree", "UpdatedAt") }}
ORDER BY (Project, RunId);

CREATE TABLE training_metrics {{ on_cluster }}
(
    Project LowCardinality(String),
    RunId String CODEC(ZSTD(1)),
    Name LowCardinality(String) COMMENT 'loss, eval_loss, learning_rate, grad_norm, tokens_per_second, ...',
    Step UInt64 CODEC(Delta, ZSTD(1)),
    At DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    Value Float64 COMMENT 'NaN and infinity are what the loop said' CODEC(ZSTD(1))
)
ENGINE = {{ engine("ReplacingMergeTree", "At") }}
ORDER BY (Project, RunId, Name, Step);

CREATE TABLE checkpoints {{ on_cluster }}
(
    Project LowCardinality(String),
    RunId String,
    Step UInt64,
    At DateTime64(6, 'UTC'),
    Uri String,
    Digest String COMMENT 'SHA-256 over the files; empty when they could not be read',
    SizeBytes Nullable(UInt64)
)
ENGINE = {{ engine("ReplacingMergeTree", "At") }}
ORDER BY (Project, RunId, Step, Uri);

CREATE TABLE model_versions {{ on_cluster }}
(
    Project LowCardinality(String),
    Model LowCardinality(String),
    Version String,
    ModelVersion String ALIAS concat(Model, '@', Version),
    LineageId String,
    CreatedAt DateTime64(6, 'UTC'),
    Uri String,
    Digest String,
    SizeBytes Nullable(UInt64),
    BaseModel String,
    Adapter String CODEC(ZSTD(1)),
    Quantisation LowCardinality(String),
    RunId String,
    DatasetDigest String,
    Evaluation Map(LowCardinality(String), Float64),
    Card String COMMENT 'Markdown' CODEC(ZSTD(1))
)
ENGINE = {{ engine("ReplacingMergeTree", "CreatedAt") }}
ORDER BY (Project, Model, Version);

CREATE TABLE model_stages {{ on_cluster }}
(
    Project LowCardinality(String),
    Model LowCardinality(String),
    Version String,
    Stage LowCardinality(String) COMMENT 'staging, production, archived, or any other name',
    At DateTime64(6, 'UTC'),
    Who String,
    Why String,
    Digest String COMMENT 'of the artifact that was promoted',
    Signature String COMMENT 'Ed25519 over the promotion statement, base64; empty when unsigned',
    PublicKey String COMMENT 'base64'
)
ENGINE = {{ engine("ReplacingMergeTree", "At") }}
ORDER BY (Project, Model, Stage, At);

CREATE TABLE deployments {{ on_cluster }}
(
    Project LowCardinality(String),
    DeploymentId String,
    DeployedAt DateTime64(6, 'UTC'),
    Environment LowCardinality(String),
    Service LowCardinality(String),
    Release String,
    ModelVersion String COMMENT 'model@version',
    PromptVersions Map(LowCardinality(String), String),
    Who String,
    Why String,
    LineageId String
)
ENGINE = {{ engine("ReplacingMergeTree", "DeployedAt") }}
ORDER BY (Project, Environment, Service, DeployedAt, DeploymentId);

CREATE TABLE prompts {{ on_cluster }}
(
    Project LowCardinality(String),
    Prompt LowCardinality(String),
    Version UInt32,
    Digest String COMMENT 'SHA-256 of Template and Config',
    CreatedAt DateTime64(6, 'UTC'),
    Template String COMMENT 'text, or chat messages as JSON, with {name} for variables' CODEC(ZSTD(1)),
    Config String COMMENT 'model parameters as JSON' CODEC(ZSTD(1)),
    Who String,
    Why String
)
ENGINE = {{ engine("ReplacingMergeTree", "CreatedAt") }}
ORDER BY (Project, Prompt, Version);

CREATE TABLE prompt_labels {{ on_cluster }}
(
    Project LowCardinality(String),
    Prompt LowCardinality(String),
    Label LowCardinality(String) COMMENT 'production, canary, ...',
    Version UInt32,
    At DateTime64(6, 'UTC'),
    Who String
)
ENGINE = {{ engine("ReplacingMergeTree", "At") }}
ORDER BY (Project, Prompt, Label);
