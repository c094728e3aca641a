SELECT $__timeInterval(s.TargetTime) AS time, p.Prompt AS series, avg(s.Value) AS mean
FROM
-- include: judged_spans
AS p
INNER JOIN
-- include: newest_judgements
AS s USING (TraceId, SpanId)
GROUP BY time, series
ORDER BY time, series
