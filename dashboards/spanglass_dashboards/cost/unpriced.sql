SELECT sum(UnpricedCalls) / nullIf(sum(Calls), 0) AS Share
FROM usage_1m
-- include: usage_filter
