SELECT
    multiIf(
        {by:String} = 'model', Model, {by:String} = 'provider', Provider, {by:String} = 'service', ServiceName,
        {by:String} = 'environment', Environment, {by:String} = 'kind', Kind,
        {by:String} = 'prompt_version', concat(PromptName, '@', PromptVersion), toString(toDate(Minute))) AS key,
    sum(Calls) AS spans, sumIf(Calls, Kind IN ('llm', 'embedding', 'reranker')) AS calls, sum(Errors) AS errors,
    sum(InputTokens) AS input_tokens, sum(OutputTokens) AS output_tokens,
    if(sum(UnpricedCalls) >= calls, NULL, sum(CostUsd)) AS cost_usd, sum(UnpricedCalls) AS unpriced_calls
FROM usage_1m
WHERE Project = {project:String}
    AND Minute >= toDateTime(intDiv({from_ns:Int64}, 1000000000)) AND Minute < toDateTime(intDiv({to_ns:Int64}, 1000000000))
GROUP BY key
HAVING key NOT IN ('', '@')
ORDER BY cost_usd DESC NULLS LAST, spans DESC, key
LIMIT {limit:UInt32}
