SELECT $__timeInterval(s.TargetTime) AS time, p.ModelOrVersion AS series, avg(s.Value) AS mean
FROM
(
    SELECT TraceId, SpanId, TargetTime, Value
    FROM scores FINAL
    WHERE $__timeFilter(TargetTime) AND Project = ${project:singlequote} AND Error = '' AND Name = ${score:singlequote} AND Value IS NOT NULL
) AS s
INNER JOIN
-- include: judged_spans
AS p USING (TraceId, SpanId)
GROUP BY time, series
ORDER BY time, series
