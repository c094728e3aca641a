SELECT sum(CostUsd) AS Cost
FROM usage_1m
-- include: usage_filter
