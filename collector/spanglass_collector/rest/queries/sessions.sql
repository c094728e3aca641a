-- A page of sessions: which, in order of their last span. Reads backwards in time and ends when the page is full, so
-- the first pages cost what they show. A session with a span at the cursor or later was on a page before.
SELECT SessionId AS session_id, toUnixTimestamp64Nano(Timestamp) AS last_ns
FROM spans
WHERE Project = {project:String} AND SessionId != ''
    AND Timestamp >= fromUnixTimestamp64Nano({from_ns:Int64}) AND Timestamp < fromUnixTimestamp64Nano({to_ns:Int64})
    AND Timestamp <= fromUnixTimestamp64Nano({before_ns:Int64})
    AND (Timestamp, SessionId) < (fromUnixTimestamp64Nano({before_ns:Int64}), {before_id:String})
    AND ({user:String} = '' OR UserId = {user:String})
    AND SessionId NOT IN (
        SELECT SessionId FROM spans
        WHERE Project = {project:String} AND SessionId != ''
            AND Timestamp >= fromUnixTimestamp64Nano({from_ns:Int64}) AND Timestamp < fromUnixTimestamp64Nano({to_ns:Int64})
            AND Timestamp >= fromUnixTimestamp64Nano({before_ns:Int64})
            AND (Timestamp, SessionId) >= (fromUnixTimestamp64Nano({before_ns:Int64}), {before_id:String})
            AND ({user:String} = '' OR UserId = {user:String}))
ORDER BY Timestamp DESC, SessionId DESC
LIMIT 1 BY SessionId
LIMIT {limit:UInt32}
