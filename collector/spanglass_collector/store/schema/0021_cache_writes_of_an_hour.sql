-- Anthropic sells two cache writes: kept for five minutes, or for an hour at a higher price. The hour's are part of CacheWriteTokens.
ALTER TABLE spans {{ on_cluster }}
    ADD COLUMN CacheWrite1hTokens Nullable(UInt64) COMMENT 'part of CacheWriteTokens that is kept for an hour' CODEC(T64, ZSTD(1)) AFTER CacheWriteTokens;
ALTER TABLE model_prices {{ on_cluster }}
    ADD COLUMN CacheWrite1hUsd Nullable(Float64) COMMENT 'USD per token' AFTER CacheWriteUsd;

DROP DICTIONARY IF EXISTS model_price {{ on_cluster }};
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
