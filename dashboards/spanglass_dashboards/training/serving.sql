SELECT
    ModelVersion AS "Model version",
    count() AS Calls,
    countIf(StatusCode = 'Error') / Calls AS "Error rate",
    quantileTDigest(0.5)(Duration) AS p50,
    quantileTDigest(0.95)(Duration) AS p95,
    if(countIf(TimeToFirstToken IS NOT NULL) = 0, NULL, quantileTDigest(0.95)(TimeToFirstToken)) AS "First token p95",
    sum(OutputTokens) / nullIf(sumIf(Duration, OutputTokens IS NOT NULL), 0) * 1e9 AS "Tokens a second",
    sum(CostUsd) AS Cost
FROM spans FINAL
-- include: model_calls
  AND ModelVersion != ''
GROUP BY ModelVersion
ORDER BY Calls DESC
LIMIT 50
