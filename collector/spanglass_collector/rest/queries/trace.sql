SELECT
    SpanId AS span_id, ParentSpanId AS parent_span_id, SpanName AS name, Kind AS kind, ServiceName AS service,
    toUnixTimestamp64Nano(Timestamp) AS start_ns, Duration AS duration_ns, StatusCode AS status,
    StatusMessage AS status_message, ErrorType AS error_type, Provider AS provider, RequestModel AS request_model,
    ResponseModel AS response_model, InputTokens AS input_tokens, OutputTokens AS output_tokens,
    CachedInputTokens AS cached_input_tokens, ReasoningTokens AS reasoning_tokens, CostUsd AS cost_usd,
    TimeToFirstToken AS time_to_first_token_ns, SessionId AS session_id, UserId AS user_id, AgentName AS agent,
    ToolName AS tool, PromptName AS prompt, PromptVersion AS prompt_version, Tags AS tags,
    Environment AS environment, Release AS release, ModelVersion AS model_version
FROM spans
WHERE Project = {project:String} AND TraceId = {trace:String}
    AND Timestamp >= (SELECT min(Start) FROM spans_trace_id_ts WHERE Project = {project:String} AND TraceId = {trace:String})
    AND Timestamp < (SELECT max(End) FROM spans_trace_id_ts WHERE Project = {project:String} AND TraceId = {trace:String}) + INTERVAL 1 SECOND
ORDER BY Timestamp, SpanId
LIMIT {limit:UInt32}
