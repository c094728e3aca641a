(
    -- Parts are subtracted from the inclusive totals, never added to them.
    greatest(toInt64(ifNull(InputTokens, 0)) - toInt64(ifNull(CachedInputTokens, 0)) - toInt64(ifNull(CacheWriteTokens, 0)), 0)
        * dictGetOrNull('{dictionary}', 'InputUsd', (toString(Provider), toString(if(ResponseModel != '', ResponseModel, RequestModel))))
    + if(ifNull(CachedInputTokens, 0) = 0, 0, CachedInputTokens * dictGetOrNull('{dictionary}', 'CachedInputUsd', (toString(Provider), toString(if(ResponseModel != '', ResponseModel, RequestModel)))))
    + if(ifNull(CacheWriteTokens, 0) = 0, 0, CacheWriteTokens * dictGetOrNull('{dictionary}', 'CacheWriteUsd', (toString(Provider), toString(if(ResponseModel != '', ResponseModel, RequestModel)))))
    + ifNull(OutputTokens, 0) * dictGetOrNull('{dictionary}', 'OutputUsd', (toString(Provider), toString(if(ResponseModel != '', ResponseModel, RequestModel))))
)
