SELECT time, quantiles[1] AS p50, quantiles[2] AS p90, quantiles[3] AS p95, quantiles[4] AS p99
FROM
(
    SELECT $__timeInterval(Minute) AS time, quantilesTDigestMerge(0.5, 0.9, 0.95, 0.99)(DurationQuantiles) AS quantiles
    FROM usage_1m
    -- include: usage_filter
    GROUP BY time
)
ORDER BY time
