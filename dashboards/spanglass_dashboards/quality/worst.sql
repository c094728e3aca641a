WITH
    -- include: readable
SELECT
    s.Value AS Value, s.Label AS Label, p.Model AS Model, p.Prompt AS Prompt, p.UserId AS User,
    substring(if(p.OutputMessages = '', p.Output, readable(p.OutputMessages)), 1, 500) AS Answer,
    s.Explanation AS Explanation, s.TargetTime AS Time, s.TraceId AS TraceId
FROM
(
    SELECT TraceId, SpanId, TargetTime, Value, Label, Explanation
    FROM scores FINAL
    -- include: score_filter
      AND Name = ${score:singlequote} AND Value IS NOT NULL
    ORDER BY Value, TargetTime DESC
    LIMIT 50
) AS s
LEFT JOIN
(
    SELECT
        TraceId, SpanId, UserId, OutputMessages, Output,
        if(ResponseModel != '', ResponseModel, RequestModel) AS Model,
        if(PromptName = '', '', concat(PromptName, '@', PromptVersion)) AS Prompt
    FROM spans FINAL
    WHERE $__timeFilter(Timestamp) AND Project = ${project:singlequote} AND (Timestamp, TraceId, SpanId) IN
    (
        SELECT TargetTime, TraceId, SpanId
        FROM scores FINAL
        -- include: score_filter
          AND Name = ${score:singlequote} AND Value IS NOT NULL
        ORDER BY Value, TargetTime DESC
        LIMIT 50
    )
) AS p USING (TraceId, SpanId)
ORDER BY Value, Time DESC
