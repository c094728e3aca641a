SELECT toStartOfDay(Minute) AS time, Model AS series, sum(CostUsd) AS cost
FROM usage_1m
-- include: usage_filter
GROUP BY time, series
HAVING sum(Calls) > sum(UnpricedCalls)
ORDER BY time, series
