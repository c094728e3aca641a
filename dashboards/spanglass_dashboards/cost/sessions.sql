SELECT
    SessionId AS Session,
    any(UserId) AS User,
    count() AS Calls,
    sum(CostUsd) AS Cost,
    countIf(CostUsd IS NULL) AS Unpriced,
    min(Timestamp) AS Start,
    any(TraceId) AS TraceId
FROM spans FINAL
-- include: model_calls
  AND SessionId != ''
GROUP BY Session
ORDER BY Cost DESC NULLS LAST, Calls DESC
LIMIT 50
