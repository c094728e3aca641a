SELECT
    if({by:String} = 'user', UserId, SessionId) AS key, count() AS spans,
    countIf(Kind IN ('llm', 'embedding', 'reranker')) AS calls, countIf(StatusCode = 'Error') AS errors,
    sumIf(ifNull(InputTokens, 0), Kind IN ('llm', 'embedding', 'reranker')) AS input_tokens,
    sumIf(ifNull(OutputTokens, 0), Kind IN ('llm', 'embedding', 'reranker')) AS output_tokens,
    sumIf(CostUsd, Kind IN ('llm', 'embedding', 'reranker')) AS cost_usd,
    countIf(Kind IN ('llm', 'embedding', 'reranker') AND CostUsd IS NULL) AS unpriced_calls
FROM spans
WHERE Project = {project:String}
    AND Timestamp >= fromUnixTimestamp64Nano({from_ns:Int64}) AND Timestamp < fromUnixTimestamp64Nano({to_ns:Int64})
GROUP BY key
HAVING key != ''
ORDER BY cost_usd DESC NULLS LAST, spans DESC, key
LIMIT {limit:UInt32}
