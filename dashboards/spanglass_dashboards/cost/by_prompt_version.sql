SELECT
    $__timeInterval(Minute) AS time,
    if(PromptName = '', 'no prompt named', concat(PromptName, '@', PromptVersion)) AS series,
    sum(CostUsd) * 3600 / $__interval_s AS cost
FROM usage_1m
-- include: usage_filter
GROUP BY time, series
HAVING sum(Calls) > sum(UnpricedCalls)
ORDER BY time, series
