SELECT
    Kind,
    if(Model != '', Model, '-') AS model,
    sum(Calls) AS calls,
    sum(Errors) AS errors,
    -- A sum of 0 is that of calls which named no tokens: no model call is free of them.
    nullIf(sum(InputTokens), 0) AS input_tokens,
    nullIf(sum(OutputTokens), 0) AS output_tokens,
    if(Kind IN ('llm', 'embedding', 'reranker') AND sum(UnpricedCalls) < sum(Calls), sum(CostUsd), NULL) AS cost_usd,
    sum(UnpricedCalls) AS unpriced,
    quantilesTDigestMerge(0.5, 0.9, 0.95, 0.99)(DurationQuantiles) AS quantiles
FROM usage_1m
WHERE Project = {project:String} AND Minute >= {since:DateTime}
GROUP BY Kind, model
ORDER BY calls DESC, Kind, model
LIMIT 30
