-- From the end of a span to its arrival: the exporter's batching, the network and the collector.
SELECT time, q[1] AS p50, q[2] AS p95, q[3] AS p99
FROM
(
    SELECT
        $__timeInterval(Timestamp) AS time,
        quantilesTDigest(0.5, 0.95, 0.99)(greatest(0, toUnixTimestamp64Nano(ReceivedAt) - toUnixTimestamp64Nano(Timestamp) - Duration)) AS q
    FROM spans
    WHERE $__timeFilter(Timestamp) AND Project = ${project:singlequote}
    GROUP BY time
)
ORDER BY time
