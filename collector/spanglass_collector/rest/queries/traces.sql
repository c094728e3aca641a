SELECT
    TraceId AS trace_id, toUnixTimestamp64Nano(Timestamp) AS start_ns, SpanName AS name, ServiceName AS service,
    Duration AS duration_ns, StatusCode AS status, StatusMessage AS status_message, SessionId AS session_id,
    UserId AS user_id, Environment AS environment
FROM spans
WHERE Project = {project:String} AND ParentSpanId = ''
    AND Timestamp >= fromUnixTimestamp64Nano({from_ns:Int64})
    AND Timestamp <= fromUnixTimestamp64Nano({before_ns:Int64})
    AND (Timestamp, TraceId) < (fromUnixTimestamp64Nano({before_ns:Int64}), {before_id:String})
    AND ({name:String} = '' OR SpanName = {name:String})
    AND ({service:String} = '' OR ServiceName = {service:String})
    AND ({environment:String} = '' OR Environment = {environment:String})
    AND Duration >= {min_duration_ns:UInt64}
    AND (NOT {by_span:UInt8} OR TraceId IN (
        SELECT TraceId FROM spans
        WHERE Project = {project:String} AND {by_span:UInt8}
            AND Timestamp >= fromUnixTimestamp64Nano({from_ns:Int64})
            AND Timestamp <= fromUnixTimestamp64Nano({before_ns:Int64}) + INTERVAL 1 DAY
            AND ({kind:String} = '' OR Kind = {kind:String})
            AND ({model:String} = '' OR RequestModel = {model:String} OR ResponseModel = {model:String})
            AND ({status:String} = '' OR StatusCode = {status:String})
            AND ({user:String} = '' OR UserId = {user:String})
            AND ({session:String} = '' OR SessionId = {session:String})
            AND ({prompt:String} = '' OR PromptName = {prompt:String})
            AND ({prompt_version:String} = '' OR PromptVersion = {prompt_version:String})
            AND ({tag:String} = '' OR has(Tags, {tag:String}))
            AND ({min_cost_usd:Float64} <= 0 OR CostUsd >= {min_cost_usd:Float64})))
ORDER BY Timestamp DESC, TraceId DESC
LIMIT 1 BY TraceId
LIMIT {limit:UInt32}
