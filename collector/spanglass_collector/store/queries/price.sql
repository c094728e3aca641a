dictGetOrDefault('{dictionary}', ('InputFrom', 'Usd', 'Source'),
    (toString(Provider), toString(if(ResponseModel != '', ResponseModel, RequestModel)), if(ServiceTier IN ('batch', 'flex', 'priority'), toString(ServiceTier), '')),
    toDateTime(Timestamp), (CAST([], 'Array(UInt64)'), CAST([], 'Array(Float64)'), ''))
