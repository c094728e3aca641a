-- Calls that were counted as unpriced get their cost, by rows that add the difference.
INSERT INTO usage_1m (Project, Minute, ServiceName, Environment, Kind, Provider, Model, PromptName, PromptVersion, CostUsd, UnpricedCalls)
SELECT Project, toStartOfMinute(toDateTime(Timestamp)) AS Minute, ServiceName, Environment, Kind, Provider, if(ResponseModel != '', ResponseModel, RequestModel) AS Model,
       PromptName, PromptVersion, sum(ifNull({cost}, 0)), -toInt64(count())
FROM spans
WHERE {unpriced}
GROUP BY ALL
