SELECT toDate(Timestamp, 'UTC') AS day, toString(Provider) AS provider, toString(if(ResponseModel != '', ResponseModel, RequestModel)) AS model,
       count() AS calls, sum(CostUsd) AS before_usd, sum(after) AS after_usd, any(list) AS price_list
FROM
(
    SELECT *, coalesce(ReportedCostUsd, computed) AS after, {price}.3 AS list FROM (SELECT *, {cost} AS computed FROM spans WHERE {condition})
)
WHERE isNull(computed) != isNull(ComputedCostUsd) OR computed != ComputedCostUsd
GROUP BY day, provider, model
ORDER BY day, provider, model
