SELECT sum(UnpricedCalls) AS UnpricedCalls
FROM usage_1m
-- include: usage_filter
