-- Totals of the sessions of one page. FINAL reads every column of every row it looks at, so the times of the sessions'
-- spans are found first, from one column and without it: rows of one key have one time, so all versions of a span that
-- may count are looked at, and the last one decides.
SELECT
    SessionId AS session_id, toUnixTimestamp64Nano(min(Timestamp)) AS start_ns, uniqExact(TraceId) AS traces,
    count() AS spans, countIf(StatusCode = 'Error') AS errors, anyIf(UserId, UserId != '') AS user_id,
    sumIf(CostUsd, Kind IN ('llm', 'embedding', 'reranker')) AS cost_usd,
    countIf(Kind IN ('llm', 'embedding', 'reranker') AND CostUsd IS NULL) AS unpriced_calls
FROM spans
WHERE Project = {project:String} AND SessionId IN {ids:Array(String)}
    AND Timestamp >= fromUnixTimestamp64Nano({from_ns:Int64}) AND Timestamp < fromUnixTimestamp64Nano({to_ns:Int64})
    AND ({user:String} = '' OR UserId = {user:String})
    AND Timestamp IN (
        SELECT Timestamp FROM spans
        WHERE Project = {project:String} AND SessionId IN {ids:Array(String)}
            AND Timestamp >= fromUnixTimestamp64Nano({from_ns:Int64}) AND Timestamp < fromUnixTimestamp64Nano({to_ns:Int64})
        SETTINGS final = 0)
GROUP BY SessionId
