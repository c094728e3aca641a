-- Model calls that may become examples, with what people and evaluators said of them. Sampling is by hash: the same seed, the same calls.
SELECT p.TraceId AS TraceId, p.SpanId AS SpanId, p.SessionId, p.SystemInstructions, p.InputMessages, p.OutputMessages, p.Input, p.Output,
       p.ModelVersion, p.RequestModel, p.ErrorType, s.Latest AS Score, c.Correction AS Correction
FROM spans AS p
LEFT JOIN
(
    SELECT TraceId, SpanId, argMax(Value, ScoredAt) AS Latest
    FROM scores
    WHERE Project = {project:String} AND Name = {score:String} AND TargetKind = 'span' AND Value IS NOT NULL
    GROUP BY TraceId, SpanId
) AS s ON s.TraceId = p.TraceId AND s.SpanId = p.SpanId
LEFT JOIN
(
    SELECT TraceId, SpanId, argMax(Explanation, ScoredAt) AS Correction
    FROM scores
    WHERE Project = {project:String} AND Name = 'correction' AND TargetKind = 'span'
    GROUP BY TraceId, SpanId
) AS c ON c.TraceId = p.TraceId AND c.SpanId = p.SpanId
WHERE p.Project = {project:String} AND p.Kind = 'llm' AND p.Timestamp >= {since:DateTime64(6)}
  AND ({model_version:String} = '' OR p.ModelVersion = {model_version:String})
  AND ({service:String} = '' OR p.ServiceName = {service:String})
  AND (NOT {errors:Bool} OR p.StatusCode = 'Error')
  AND (NOT {corrected:Bool} OR c.Correction != '')
  AND ({score:String} = '' OR ((s.TraceId, s.SpanId) != ('', '') AND s.Latest >= {at_least:Float64} AND s.Latest <= {at_most:Float64}))
ORDER BY cityHash64(p.TraceId, p.SpanId, {seed:UInt64})
LIMIT {limit:UInt64}
