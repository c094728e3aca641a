WITH
    -- include: readable
    ,
    -- include: trace_bounds
SELECT
    SpanName AS Span,
    substring(if(InputMessages = '', Input, readable(InputMessages)), 1, 4000) AS Prompt,
    substring(if(OutputMessages = '', Output, readable(OutputMessages)), 1, 4000) AS Completion,
    Kind,
    if(ResponseModel != '', ResponseModel, RequestModel) AS Model,
    Duration,
    InputTokens AS "Input tokens",
    OutputTokens AS "Output tokens",
    CostUsd AS Cost,
    Timestamp AS Time
FROM spans FINAL
WHERE Project = ${project:singlequote} AND TraceId = wanted AND Timestamp >= first_second AND Timestamp <= last_second
ORDER BY Timestamp
LIMIT 500
