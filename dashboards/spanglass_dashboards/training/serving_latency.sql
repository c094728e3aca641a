SELECT $__timeInterval(Timestamp) AS time, ModelVersion AS series, quantileTDigest(0.95)(Duration) AS p95
FROM spans FINAL
-- include: model_calls
  AND ModelVersion != ''
GROUP BY time, series
ORDER BY time, series
