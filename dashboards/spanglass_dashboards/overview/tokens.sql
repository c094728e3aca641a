SELECT
    $__timeInterval(Minute) AS time,
    sum(InputTokens) * 60 / $__interval_s AS input,
    sum(OutputTokens) * 60 / $__interval_s AS output
FROM usage_1m
-- include: usage_filter
GROUP BY time
ORDER BY time
