SELECT $__timeInterval(Timestamp) AS time, StatusCode AS series, count() AS spans
FROM spans FINAL
-- include: span_filter
  -- include: trace_choices
GROUP BY time, series
ORDER BY time, series
