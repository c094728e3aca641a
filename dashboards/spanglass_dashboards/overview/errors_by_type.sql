SELECT
    $__timeInterval(Timestamp) AS time,
    multiIf(ErrorType != '', ErrorType, StatusMessage != '', substring(StatusMessage, 1, 60), 'no type given') AS series,
    count() AS errors
FROM spans FINAL
-- include: span_filter
  AND StatusCode = 'Error' AND Kind IN ('llm', 'embedding', 'reranker')
GROUP BY time, series
ORDER BY time, series
