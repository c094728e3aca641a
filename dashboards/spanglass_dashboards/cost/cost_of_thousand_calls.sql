SELECT 1000 * sum(CostUsd) / nullIf(sum(Calls) - sum(UnpricedCalls), 0) AS Cost
FROM usage_1m
-- include: usage_filter
