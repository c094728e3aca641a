SELECT $__timeInterval(Minute) AS time, Project AS series, sum(Calls) / $__interval_s AS spans
FROM usage_1m
WHERE $__timeFilter(Minute)
GROUP BY time, series
ORDER BY time, series
