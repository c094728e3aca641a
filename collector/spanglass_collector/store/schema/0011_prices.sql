-- USD per token by provider, model, tier and time. All rows of one (Provider, Model) written together share UpdatedAt, and
-- only the last writing counts: what was known before stays for the record.
DROP DICTIONARY IF EXISTS model_price {{ on_cluster }};
DROP TABLE IF EXISTS model_prices {{ on_cluster }};
CREATE TABLE model_prices {{ on_cluster }}
(
    Provider String,
    Model String,
    Tier LowCardinality(String) COMMENT 'batch, flex, priority; empty: the ordinary price',
    EffectiveFrom DateTime('UTC'),
    EffectiveUntil DateTime('UTC') COMMENT 'inclusive',
    InputFrom UInt64 COMMENT 'for calls of more input tokens than this; 0: for all',
    InputUsd Nullable(Float64) COMMENT 'NULL: the model has no known price',
    CachedInputUsd Nullable(Float64),
    CacheWriteUsd Nullable(Float64),
    OutputUsd Nullable(Float64),
    InputAudioUsd Nullable(Float64),
    OutputAudioUsd Nullable(Float64),
    Source LowCardinality(String) COMMENT 'the price library and its version, or spanglass.toml',
    UpdatedAt DateTime64(6)
)
ENGINE = {{ engine("MergeTree") }}
ORDER BY (Provider, Model, UpdatedAt, Tier, EffectiveFrom, InputFrom)
SETTINGS {{ durable_settings }};

CREATE DICTIONARY model_price {{ on_cluster }}
(
    Provider String,
    Model String,
    Tier String,
    EffectiveFrom DateTime,
    EffectiveUntil DateTime,
    InputFrom Array(UInt64),
    Usd Array(Float64),
    Source String
)
PRIMARY KEY Provider, Model, Tier
SOURCE(CLICKHOUSE(QUERY '{{ price_rows }}'{{ dictionary_login }}))
LAYOUT(COMPLEX_KEY_RANGE_HASHED())
RANGE(MIN EffectiveFrom MAX EffectiveUntil)
LIFETIME(MIN 60 MAX 120);
