SELECT
    Model,
    calls AS Calls,
    if(unpriced = calls, NULL, priced) AS Cost,
    unpriced AS Unpriced,
    errors / calls AS "Error rate",
    input AS "Input tokens",
    output AS "Output tokens"
FROM
(
    SELECT
        Model, sum(Calls) AS calls, sum(Errors) AS errors, sum(InputTokens) AS input, sum(OutputTokens) AS output,
        sum(CostUsd) AS priced, sum(UnpricedCalls) AS unpriced
    FROM usage_1m
    -- include: usage_filter
    GROUP BY Model
)
ORDER BY Cost DESC NULLS LAST, Calls DESC
LIMIT 20
