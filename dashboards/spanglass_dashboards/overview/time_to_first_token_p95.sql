SELECT if(isFinite(p95), p95, NULL) AS P95
FROM
(
    SELECT quantilesTDigestMerge(0.5, 0.9, 0.95, 0.99)(TimeToFirstTokenQuantiles)[3] AS p95
    FROM usage_1m
    -- include: usage_filter
)
