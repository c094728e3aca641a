SELECT sum(Errors) / nullIf(sum(Calls), 0) AS ErrorRate
FROM usage_1m
-- include: usage_filter
