SELECT
    UserId AS User,
    count() AS Calls,
    uniqExact(SessionId) AS Sessions,
    sum(InputTokens) AS "Input tokens",
    sum(OutputTokens) AS "Output tokens",
    sum(CostUsd) AS Cost,
    countIf(CostUsd IS NULL) AS Unpriced
FROM spans FINAL
-- include: model_calls
  AND UserId != ''
GROUP BY User
ORDER BY Cost DESC NULLS LAST, Calls DESC
LIMIT 50
