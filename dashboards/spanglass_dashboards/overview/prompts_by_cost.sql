SELECT
    Prompt,
    calls AS Calls,
    if(unpriced = calls, NULL, priced) AS Cost,
    unpriced AS Unpriced,
    errors / calls AS "Error rate",
    input / calls AS "Input tokens a call",
    output / calls AS "Output tokens a call"
FROM
(
    SELECT
        if(PromptName = '', 'no prompt named', concat(PromptName, '@', PromptVersion)) AS Prompt,
        sum(Calls) AS calls, sum(Errors) AS errors, sum(InputTokens) AS input, sum(OutputTokens) AS output,
        sum(CostUsd) AS priced, sum(UnpricedCalls) AS unpriced
    FROM usage_1m
    -- include: usage_filter
    GROUP BY Prompt
)
ORDER BY Cost DESC NULLS LAST, Calls DESC
LIMIT 20
