SELECT toUnixTimestamp64Nano(min(Timestamp)) AS start_ns, count() AS spans
FROM spans
WHERE Project = {project:String}
    AND ({trace:String} = '' OR (TraceId = {trace:String}
        AND Timestamp >= (SELECT min(Start) FROM spans_trace_id_ts WHERE Project = {project:String} AND TraceId = {trace:String})
        AND Timestamp < (SELECT max(End) FROM spans_trace_id_ts WHERE Project = {project:String} AND TraceId = {trace:String}) + INTERVAL 1 SECOND))
    AND ({span:String} = '' OR SpanId = {span:String})
    AND ({session:String} = '' OR SessionId = {session:String})
