WITH
humans AS
(
    SELECT TargetKind, TraceId, SpanId, SessionId, Name, Label, Value, TargetTime
    FROM scores FINAL
    WHERE $__timeFilter(TargetTime) AND Project = ${project:singlequote} AND Source = 'human'
    ORDER BY TargetTime DESC
    LIMIT 100000
),
pairs AS
(
    SELECT
        h.Name AS Name, m.Evaluator AS Evaluator, m.EvaluatorVersion AS Version, h.TraceId AS TraceId,
        -- Labels where both have one, else which side of a half the values lie on.
        if(h.Label != '' AND m.Label != '', h.Label, if(h.Value >= 0.5, 'high', 'low')) AS human,
        if(h.Label != '' AND m.Label != '', m.Label, if(m.Value >= 0.5, 'high', 'low')) AS machine
    FROM
    (
        SELECT TargetKind, TraceId, SpanId, SessionId, Name, Label, Value, Evaluator, EvaluatorVersion
        FROM scores FINAL
        WHERE $__timeFilter(TargetTime) AND Project = ${project:singlequote} AND Source = 'evaluator' AND Error = ''
          AND Name IN (SELECT Name FROM humans)
    ) AS m
    INNER JOIN humans AS h USING (TargetKind, TraceId, SpanId, SessionId, Name)
)
