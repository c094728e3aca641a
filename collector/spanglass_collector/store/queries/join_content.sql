-- The spans of pending content, written again with it. What a span said itself stays; ContentJoined keeps rollups from counting it twice.
INSERT INTO spans
SELECT s.* REPLACE (
    if(c.Input != '' AND (s.InputMessages = '' OR s.ContentJoined), c.Input, s.InputMessages) AS InputMessages,
    if(c.Output != '' AND (s.OutputMessages = '' OR s.ContentJoined), c.Output, s.OutputMessages) AS OutputMessages,
    if(s.SystemInstructions = '', c.Instructed, s.SystemInstructions) AS SystemInstructions,
    if(s.ToolDefinitions = '', c.Offered, s.ToolDefinitions) AS ToolDefinitions,
    now64(9) AS ReceivedAt,
    true AS ContentJoined)
FROM spans AS s
INNER JOIN ({pending}) AS c ON s.Project = c.Project AND s.TraceId = c.TraceId AND s.SpanId = c.SpanId
WHERE {near}
