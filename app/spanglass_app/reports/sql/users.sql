SELECT UserId, count() AS calls, sum(InputTokens) AS input_tokens, sum(OutputTokens) AS output_tokens, sum(CostUsd) AS cost_usd,
       countIf(CostUsd IS NULL) AS unpriced
FROM spans
WHERE Project = {project:String} AND Timestamp >= {since:DateTime} AND Kind IN ('llm', 'embedding', 'reranker') AND UserId != ''
GROUP BY UserId
ORDER BY cost_usd DESC NULLS LAST, input_tokens DESC
LIMIT 5
