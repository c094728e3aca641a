SELECT
    p.Prompt AS Prompt, p.Model AS Model, count() AS Judged, countIf(s.Flagged) AS flagged, flagged / Judged AS "Flagged share"
FROM
(
    SELECT * FROM
    -- include: safety_scores
    WHERE Family NOT IN ('', 'refusal')
) AS s
INNER JOIN
(
    SELECT
        TraceId, SpanId,
        if(ResponseModel != '', ResponseModel, RequestModel) AS Model,
        if(PromptName = '', 'no prompt named', concat(PromptName, '@', PromptVersion)) AS Prompt
    FROM spans FINAL
    -- include: span_filter
) AS p USING (TraceId, SpanId)
GROUP BY Prompt, Model
ORDER BY "Flagged share" DESC, Judged DESC
LIMIT 50
