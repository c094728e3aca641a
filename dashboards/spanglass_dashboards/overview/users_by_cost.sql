SELECT
    UserId AS User,
    count() AS Calls,
    -- The sum of nothing but unknown prices is unknown.
    sum(CostUsd) AS Cost,
    countIf(CostUsd IS NULL) AS Unpriced,
    sum(InputTokens) AS "Input tokens",
    sum(OutputTokens) AS "Output tokens"
FROM spans FINAL
-- include: span_filter
  AND UserId != '' AND Kind IN ('llm', 'embedding', 'reranker')
GROUP BY User
ORDER BY Cost DESC NULLS LAST, Calls DESC
LIMIT 20
