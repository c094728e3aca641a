SELECT $__timeInterval(Minute) AS time, ServiceName AS series, sum(CostUsd) * 3600 / $__interval_s AS cost
FROM usage_1m
-- include: usage_filter
GROUP BY time, series
HAVING sum(Calls) > sum(UnpricedCalls)
ORDER BY time, series
