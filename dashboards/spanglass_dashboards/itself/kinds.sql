SELECT $__timeInterval(Minute) AS time, if(Kind = '', 'unknown', Kind) AS series, sum(Calls) / $__interval_s AS spans
FROM usage_1m
WHERE $__timeFilter(Minute) AND Project = ${project:singlequote}
GROUP BY time, series
ORDER BY time, series
