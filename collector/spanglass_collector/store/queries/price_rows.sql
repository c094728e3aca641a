SELECT Provider, Model, Tier, EffectiveFrom, EffectiveUntil, groupArray(InputFrom) AS InputFrom, arrayFlatten(groupArray(Usd)) AS Usd, any(Source) AS Source
FROM
(
    SELECT Provider, Model, toString(Tier) AS Tier, EffectiveFrom, EffectiveUntil, InputFrom, toString(Source) AS Source,
           [0., ifNull(CachedInputUsd, nan), ifNull(CacheWrite1hUsd, ifNull(CacheWriteUsd, nan)), ifNull(CacheWriteUsd, nan), ifNull(InputAudioUsd, nan), ifNull(InputUsd, nan), 0., ifNull(OutputAudioUsd, nan), ifNull(OutputUsd, nan)] AS Usd
    FROM {database}.model_prices
    WHERE (Provider, Model, UpdatedAt) IN (SELECT Provider, Model, max(UpdatedAt) FROM {database}.model_prices GROUP BY Provider, Model)
    ORDER BY InputFrom
)
GROUP BY Provider, Model, Tier, EffectiveFrom, EffectiveUntil
