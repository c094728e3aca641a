-- The spans that gave the answers which scores name by an id and nothing else. Of a call that was told by several spans the
-- innermost, which began last, is the one that is judged.
SELECT Project, ResponseId, argMax(TraceId, Timestamp) AS InTrace, argMax(SpanId, Timestamp) AS OnSpan, argMax(SessionId, Timestamp) AS InSession, max(Timestamp) AS At
FROM spans
WHERE ResponseId != '' AND Timestamp > now64(9) - toIntervalSecond({back_s:UInt32}) AND Kind IN ('llm', 'embedding', 'reranker')
  AND (Project, ResponseId) IN (SELECT Project, ResponseId FROM scores WHERE {waiting})
GROUP BY Project, ResponseId
