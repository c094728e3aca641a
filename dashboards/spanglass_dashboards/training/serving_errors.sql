SELECT $__timeInterval(Timestamp) AS time, ModelVersion AS series, countIf(StatusCode = 'Error') / count() AS share
FROM spans FINAL
-- include: model_calls
  AND ModelVersion != ''
GROUP BY time, series
ORDER BY time, series
