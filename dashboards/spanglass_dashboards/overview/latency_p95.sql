SELECT quantilesTDigestMerge(0.5, 0.9, 0.95, 0.99)(DurationQuantiles)[3] AS P95
FROM usage_1m
-- include: usage_filter
