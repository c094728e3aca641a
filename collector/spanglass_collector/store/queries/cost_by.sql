SELECT toString({key}) AS key, count() AS calls, sum(InputTokens) AS input_tokens, sum(OutputTokens) AS output_tokens,
       sum(CostUsd) AS cost_usd, sum(ReportedCostUsd) AS reported_usd, sum(ComputedCostUsd) AS computed_usd, countIf(CostUsd IS NULL) AS unpriced
FROM model_calls(project = {project:String}, since = {since:DateTime64(9)}, until = {until:DateTime64(9)})
GROUP BY key
ORDER BY {order}
LIMIT {limit:UInt32}
