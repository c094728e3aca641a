-- Calls whose cost changes: rows that add the difference to the rollup.
INSERT INTO usage_1m (Project, Minute, ServiceName, Environment, Kind, Provider, Model, PromptName, PromptVersion, CostUsd, UnpricedCalls)
SELECT Project, toStartOfMinute(toDateTime(least(Timestamp, toDateTime64('2106-02-07 06:28:00', 9, 'UTC')))) AS Minute, ServiceName, Environment, Kind, Provider, if(ResponseModel != '', ResponseModel, RequestModel) AS Model,
       PromptName, PromptVersion, sum(ifNull(after, 0) - ifNull(before, 0)) AS CostUsd, toInt64(countIf(after IS NULL)) - toInt64(countIf(before IS NULL)) AS UnpricedCalls
FROM
(
    SELECT *, spans.CostUsd AS before, coalesce(ReportedCostUsd, computed) AS after FROM (SELECT *, {cost} AS computed FROM spans WHERE {condition}) AS spans
)
WHERE isNull(after) != isNull(before) OR after != before
GROUP BY ALL
