SELECT
    TraceId AS trace_id, count() AS spans, countIf(StatusCode = 'Error') AS errors,
    sumIf(InputTokens, Kind IN ('llm', 'embedding', 'reranker')) AS input_tokens,
    sumIf(OutputTokens, Kind IN ('llm', 'embedding', 'reranker')) AS output_tokens,
    sumIf(CostUsd, Kind IN ('llm', 'embedding', 'reranker')) AS cost_usd,
    countIf(Kind IN ('llm', 'embedding', 'reranker') AND CostUsd IS NULL) AS unpriced_calls
FROM spans
WHERE Project = {project:String} AND TraceId IN {ids:Array(String)}
    AND Timestamp >= (SELECT min(Start) FROM spans_trace_id_ts WHERE Project = {project:String} AND TraceId IN {ids:Array(String)})
    AND Timestamp < (SELECT max(End) FROM spans_trace_id_ts WHERE Project = {project:String} AND TraceId IN {ids:Array(String)}) + INTERVAL 1 SECOND
GROUP BY TraceId
