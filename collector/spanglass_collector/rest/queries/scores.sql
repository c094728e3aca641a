SELECT
    lower(hex(sipHash64(Name, TargetTime, TargetKind, TraceId, SpanId, SessionId, Evaluator, EvaluatorVersion, ConfigDigest, Source))) AS id,
    toUnixTimestamp64Micro(ScoredAt) * 1000 AS scored_ns, TargetKind AS target, TraceId AS trace_id, SpanId AS span_id,
    SessionId AS session_id, Name AS name, Value AS value, Label AS label, Explanation AS explanation,
    Evaluator AS evaluator, EvaluatorVersion AS evaluator_version, Source AS source, CostUsd AS cost_usd, Error AS error
FROM scores
WHERE Project = {project:String}
    AND TargetTime >= fromUnixTimestamp64Nano({from_ns:Int64}) AND TargetTime < fromUnixTimestamp64Nano({to_ns:Int64})
    AND ({name:String} = '' OR Name = {name:String})
    AND ({evaluator:String} = '' OR Evaluator = {evaluator:String})
    AND ({source:String} = '' OR Source = {source:String})
    AND ({label:String} = '' OR Label = {label:String})
    AND ({trace:String} = '' OR TraceId = {trace:String})
    AND ({session:String} = '' OR SessionId = {session:String})
    AND (scored_ns, id) < ({before_ns:Int64}, {before_id:String})
ORDER BY scored_ns DESC, id DESC
LIMIT {limit:UInt32}
