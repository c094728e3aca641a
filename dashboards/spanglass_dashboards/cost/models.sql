SELECT
    Model,
    Provider,
    calls AS Calls,
    if(unpriced = calls, NULL, priced) AS Cost,
    if(unpriced = calls, NULL, 1000 * priced / (calls - unpriced)) AS "Cost of 1000 calls",
    input AS "Input tokens",
    output AS "Output tokens",
    unpriced AS Unpriced
FROM
(
    SELECT
        Model, Provider, sum(Calls) AS calls, sum(InputTokens) AS input, sum(OutputTokens) AS output,
        sum(CostUsd) AS priced, sum(UnpricedCalls) AS unpriced
    FROM usage_1m
    -- include: usage_filter
    GROUP BY Model, Provider
)
ORDER BY Cost DESC NULLS LAST, Calls DESC
LIMIT 50
