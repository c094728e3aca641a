WITH pairs AS
(
    SELECT
        h.Name AS Name, m.Evaluator AS Evaluator, m.EvaluatorVersion AS Version, h.TraceId AS TraceId,
        -- Labels where both have one, else which side of a half the values lie on.
        if(h.Label != '' AND m.Label != '', h.Label, if(h.Value >= 0.5, 'high', 'low')) AS human,
        if(h.Label != '' AND m.Label != '', m.Label, if(m.Value >= 0.5, 'high', 'low')) AS machine
    FROM (SELECT * FROM scores FINAL WHERE $__timeFilter(TargetTime) AND Project = ${project:singlequote} AND Source = 'human') AS h
    INNER JOIN
    (SELECT * FROM scores FINAL WHERE $__timeFilter(TargetTime) AND Project = ${project:singlequote} AND Source = 'evaluator' AND Error = '') AS m
    USING (TargetKind, TraceId, SpanId, SessionId, Name)
)
