SELECT $__timeInterval(Timestamp) AS time, quantile(0.5)(elapsed) / 1000 AS p50, quantile(0.99)(elapsed) / 1000 AS p99
FROM
(
    SELECT
        Timestamp,
        assumeNotNull(arrayJoin(arrayFilter(ms -> ms IS NOT NULL, [
            toFloat64OrNull(SpanAttributes['spanglass.guard.input.elapsed_ms']),
            toFloat64OrNull(SpanAttributes['spanglass.guard.output.elapsed_ms'])]))) AS elapsed
    FROM
    -- include: guarded_spans
)
GROUP BY time
ORDER BY time
