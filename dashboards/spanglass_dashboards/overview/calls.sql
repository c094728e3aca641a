SELECT sum(Calls) AS Calls
FROM usage_1m
-- include: usage_filter
