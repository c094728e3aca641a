SELECT
    p.Prompt AS Prompt, p.Model AS Model, count() AS Judged, countIf(s.Flagged) AS flagged, flagged / Judged AS "Flagged share"
FROM
-- include: judged_spans
AS p
INNER JOIN
(
    SELECT TraceId, SpanId, Flagged FROM
    -- include: safety_scores
    WHERE Family NOT IN ('', 'refusal')
    ORDER BY TargetTime DESC
    LIMIT 1000000
) AS s USING (TraceId, SpanId)
GROUP BY Prompt, Model
ORDER BY "Flagged share" DESC, Judged DESC
LIMIT 50
