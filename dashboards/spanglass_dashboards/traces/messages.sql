WITH
    -- include: trace_bounds
SELECT
    Timestamp AS Time,
    SpanName AS Span,
    Kind,
    if(ResponseModel != '', ResponseModel, RequestModel) AS Model,
    substring(
        -- The parts' text where messages have parts (OpenTelemetry GenAI), else what was sent.
        if(InputMessages = '', Input, arrayStringConcat(arrayMap(message -> concat(JSONExtractString(message, 'role'), ': ',
            if(JSONHas(message, 'parts'),
               arrayStringConcat(arrayMap(part -> if(JSONHas(part, 'content'), JSONExtractString(part, 'content'), part), JSONExtractArrayRaw(message, 'parts')), ' '),
               JSONExtractString(message, 'content'))), JSONExtractArrayRaw(InputMessages)), '\n')), 1, 4000) AS Prompt,
    substring(
        if(OutputMessages = '', Output, arrayStringConcat(arrayMap(message ->
            if(JSONHas(message, 'parts'),
               arrayStringConcat(arrayMap(part -> if(JSONHas(part, 'content'), JSONExtractString(part, 'content'), part), JSONExtractArrayRaw(message, 'parts')), ' '),
               JSONExtractString(message, 'content')), JSONExtractArrayRaw(OutputMessages)), '\n')), 1, 4000) AS Completion,
    Duration,
    InputTokens AS "Input tokens",
    OutputTokens AS "Output tokens",
    CostUsd AS Cost
FROM spans FINAL
WHERE Project = ${project:singlequote} AND TraceId = wanted AND Timestamp >= first_second AND Timestamp <= last_second
ORDER BY Timestamp
LIMIT 500
