arrayMap(price ->
    -- Parts are subtracted from the inclusive totals, never added to them.
    greatest(toInt64(ifNull(InputTokens, 0)) - toInt64(ifNull(CachedInputTokens, 0)) - toInt64(ifNull(CacheWriteTokens, 0)), 0) * price.1
    + if(ifNull(CachedInputTokens, 0) = 0, 0, CachedInputTokens * price.2)
    + if(ifNull(CacheWriteTokens, 0) = 0, 0, CacheWriteTokens * price.3)
    + ifNull(OutputTokens, 0) * price.4,
    [dictGetOrNull('{dictionary}', ('InputUsd', 'CachedInputUsd', 'CacheWriteUsd', 'OutputUsd'), (toString(Provider), toString(if(ResponseModel != '', ResponseModel, RequestModel))))])[1]
