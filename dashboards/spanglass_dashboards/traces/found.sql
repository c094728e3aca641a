SELECT
    min(Timestamp) AS Time,
    TraceId,
    argMin(SpanName, (ParentSpanId != '', Timestamp)) AS Name,
    argMin(ServiceName, Timestamp) AS Service,
    count() AS Spans,
    countIf(StatusCode = 'Error') AS Errors,
    max(Duration) AS Duration,
    sumIf(InputTokens, Kind IN ('llm', 'embedding', 'reranker')) AS "Input tokens",
    sumIf(OutputTokens, Kind IN ('llm', 'embedding', 'reranker')) AS "Output tokens",
    sumIf(CostUsd, Kind IN ('llm', 'embedding', 'reranker')) AS Cost,
    anyIf(UserId, UserId != '') AS User,
    anyIf(SessionId, SessionId != '') AS Session
FROM spans FINAL
WHERE $__timeFilter(Timestamp) AND Project = ${project:singlequote}
  AND TraceId IN
  (
      SELECT TraceId
      FROM spans FINAL
      -- include: span_filter
        -- include: trace_choices
      ORDER BY Timestamp DESC
      LIMIT 200
  )
GROUP BY TraceId
ORDER BY Time DESC
LIMIT 100
