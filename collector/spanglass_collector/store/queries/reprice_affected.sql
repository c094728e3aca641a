SELECT count(), hex(sum(cityHash64(TraceId, SpanId, ComputedCostUsd, computed)))
FROM (SELECT TraceId, SpanId, ComputedCostUsd, {cost} AS computed FROM spans WHERE {condition})
WHERE isNull(computed) != isNull(ComputedCostUsd) OR computed != ComputedCostUsd
