INSERT INTO span_content_joined
SELECT c.Project, c.TraceId, c.SpanId, c.Said, now64(9)
FROM ({pending}) AS c
WHERE (c.Project, c.TraceId, c.SpanId) IN (SELECT Project, TraceId, SpanId FROM spans AS s WHERE {near} AND ContentJoined)
