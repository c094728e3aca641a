-- Requests go in here and nothing stays. One inbox for those whose attributes are columns as they are, one for those
-- that need their messages rebuilt, JSON opened or units changed (dialects/): the first has the shorter view.
DROP TABLE IF EXISTS otlp_inbox {{ on_cluster }};
CREATE TABLE otlp_inbox {{ on_cluster }}
(
    resource_spans {{ otlp.request }},
    project String,
    received_at_unix_nano UInt64,
    digest String
)
ENGINE = Null;
CREATE TABLE otlp_inbox_plain {{ on_cluster }}
(
    resource_spans {{ otlp.request }},
    project String,
    received_at_unix_nano UInt64,
    digest String
)
ENGINE = Null;

ALTER TABLE spans {{ on_cluster }}
    ADD COLUMN InputAudioTokens Nullable(UInt64) COMMENT 'part of InputTokens' CODEC(T64, ZSTD(1)) AFTER ReasoningTokens,
    ADD COLUMN OutputAudioTokens Nullable(UInt64) COMMENT 'part of OutputTokens' CODEC(T64, ZSTD(1)) AFTER InputAudioTokens,
    ADD COLUMN ReportedCostUsd Nullable(Float64) COMMENT 'what the sender said; wins over the computed cost in CostUsd' CODEC(ZSTD(1)) AFTER CostUsd,
    ADD COLUMN ComputedCostUsd Nullable(Float64) COMMENT 'tokens at the price list of PriceList; NULL: unpriced' CODEC(ZSTD(1)) AFTER ReportedCostUsd,
    ADD COLUMN PriceList LowCardinality(String) COMMENT 'what ComputedCostUsd was computed with' AFTER ComputedCostUsd,
    ADD COLUMN ServiceTier LowCardinality(String) COMMENT 'as answered: default, priority, flex, batch' AFTER PriceList;
