WITH
    -- include: trace_bounds
SELECT Name AS Score, Value, Label, Explanation, Evaluator, EvaluatorVersion AS Version, Source, TargetKind AS Judged, SpanId, ScoredAt AS Time, Error
FROM scores FINAL
WHERE Project = ${project:singlequote} AND TraceId = wanted AND TargetTime >= first_second AND TargetTime <= last_second
ORDER BY Score, Time
LIMIT 200
