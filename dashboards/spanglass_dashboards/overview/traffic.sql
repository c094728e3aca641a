SELECT $__timeInterval(Minute) AS time, Model AS series, sum(Calls) * 60 / $__interval_s AS calls
FROM usage_1m
-- include: usage_filter
GROUP BY time, series
ORDER BY time, series
