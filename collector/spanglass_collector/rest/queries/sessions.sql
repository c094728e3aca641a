-- A page of sessions: those that have their last span at `start_ns` or later, in order. A session with a span at the
-- cursor or later was on a page before. A user's spans are found first, without FINAL: it takes no help from the index
-- of users, but from that of times, and all versions of a span have one time.
SELECT SessionId AS session_id, toUnixTimestamp64Nano(Timestamp) AS last_ns
FROM spans
WHERE Project = {project:String} AND SessionId != ''
    AND Timestamp >= fromUnixTimestamp64Nano({start_ns:Int64}) AND Timestamp < fromUnixTimestamp64Nano({to_ns:Int64})
    AND Timestamp <= fromUnixTimestamp64Nano({before_ns:Int64})
    AND (Timestamp, SessionId) < (fromUnixTimestamp64Nano({before_ns:Int64}), {before_id:String})
    AND ({user:String} = '' OR UserId = {user:String})
    AND ({user:String} = '' OR Timestamp IN (
        SELECT Timestamp FROM spans
        WHERE Project = {project:String} AND UserId = {user:String}
            AND Timestamp >= fromUnixTimestamp64Nano({start_ns:Int64}) AND Timestamp < fromUnixTimestamp64Nano({to_ns:Int64})
        SETTINGS final = 0))
    AND SessionId NOT IN (
        SELECT SessionId FROM spans
        WHERE Project = {project:String} AND SessionId != ''
            AND Timestamp >= fromUnixTimestamp64Nano({before_ns:Int64}) AND Timestamp < fromUnixTimestamp64Nano({to_ns:Int64})
            AND (Timestamp, SessionId) >= (fromUnixTimestamp64Nano({before_ns:Int64}), {before_id:String})
            AND ({user:String} = '' OR UserId = {user:String}))
ORDER BY Timestamp DESC, SessionId DESC
LIMIT 1 BY SessionId
LIMIT {limit:UInt32}
