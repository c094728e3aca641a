SELECT $__timeInterval(ReceivedAt) AS time, count() / $__interval_s AS spans
FROM spans
WHERE Project = ${project:singlequote} AND $__timeFilter(ReceivedAt)
GROUP BY time
ORDER BY time
