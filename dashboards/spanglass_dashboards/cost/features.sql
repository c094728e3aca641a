SELECT
    arrayJoin(if(empty(Tags), ['no tag'], Tags)) AS Feature,
    count() AS Calls,
    sum(InputTokens) AS "Input tokens",
    sum(OutputTokens) AS "Output tokens",
    sum(CostUsd) AS Cost,
    countIf(CostUsd IS NULL) AS Unpriced
FROM spans FINAL
-- include: model_calls
GROUP BY Feature
ORDER BY Cost DESC NULLS LAST, Calls DESC
LIMIT 50
