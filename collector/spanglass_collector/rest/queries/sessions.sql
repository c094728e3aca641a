SELECT
    SessionId AS session_id, toUnixTimestamp64Nano(min(Timestamp)) AS start_ns,
    toUnixTimestamp64Nano(max(Timestamp)) AS last_ns, uniqExact(TraceId) AS traces, count() AS spans,
    countIf(StatusCode = 'Error') AS errors, anyIf(UserId, UserId != '') AS user_id,
    sumIf(CostUsd, Kind IN ('llm', 'embedding', 'reranker')) AS cost_usd,
    countIf(Kind IN ('llm', 'embedding', 'reranker') AND CostUsd IS NULL) AS unpriced_calls
FROM spans
WHERE Project = {project:String} AND SessionId != ''
    AND Timestamp >= fromUnixTimestamp64Nano({from_ns:Int64}) AND Timestamp < fromUnixTimestamp64Nano({to_ns:Int64})
    AND ({user:String} = '' OR UserId = {user:String})
GROUP BY SessionId
HAVING (last_ns, session_id) < ({before_ns:Int64}, {before_id:String})
ORDER BY last_ns DESC, session_id DESC
LIMIT {limit:UInt32}
