-- USD per token by provider and model as spans name them; all NULL for a model the price library does not know.
CREATE TABLE model_prices {{ on_cluster }}
(
    Provider String,
    Model String,
    InputUsd Nullable(Float64),
    CachedInputUsd Nullable(Float64),
    CacheWriteUsd Nullable(Float64),
    OutputUsd Nullable(Float64),
    Source LowCardinality(String),
    UpdatedAt DateTime64(3)
)
ENGINE = {{ engine("ReplacingMergeTree", "UpdatedAt") }}
ORDER BY (Provider, Model)
SETTINGS {{ durable_settings }};

CREATE DICTIONARY model_price {{ on_cluster }}
(
    Provider String,
    Model String,
    InputUsd Nullable(Float64),
    CachedInputUsd Nullable(Float64),
    CacheWriteUsd Nullable(Float64),
    OutputUsd Nullable(Float64)
)
PRIMARY KEY Provider, Model
SOURCE(CLICKHOUSE(QUERY 'SELECT Provider, Model, InputUsd, CachedInputUsd, CacheWriteUsd, OutputUsd FROM {{ database }}.model_prices FINAL'{{ dictionary_login }}))
LAYOUT(COMPLEX_KEY_HASHED())
LIFETIME(MIN 60 MAX 120);
