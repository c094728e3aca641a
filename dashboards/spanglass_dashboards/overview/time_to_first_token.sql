SELECT time, quantiles[1] AS p50, quantiles[2] AS p90, quantiles[3] AS p95, quantiles[4] AS p99
FROM
(
    SELECT $__timeInterval(Minute) AS time, quantilesTDigestMerge(0.5, 0.9, 0.95, 0.99)(TimeToFirstTokenQuantiles) AS quantiles
    FROM usage_1m
    -- include: usage_filter
    GROUP BY time
)
-- Intervals in which no call streamed have no quantiles.
WHERE isFinite(p50)
ORDER BY time
