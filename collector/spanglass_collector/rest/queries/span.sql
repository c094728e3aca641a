SELECT
    TraceId AS trace_id, SpanId AS span_id, ParentSpanId AS parent_span_id, SpanName AS name, SpanKind AS span_kind,
    Kind AS kind, Operation AS operation, ServiceName AS service, toUnixTimestamp64Nano(Timestamp) AS start_ns,
    Duration AS duration_ns, StatusCode AS status, StatusMessage AS status_message, ErrorType AS error_type,
    Provider AS provider, RequestModel AS request_model, ResponseModel AS response_model,
    ModelVersion AS model_version, InputTokens AS input_tokens, OutputTokens AS output_tokens,
    CachedInputTokens AS cached_input_tokens, CacheWriteTokens AS cache_write_tokens,
    ReasoningTokens AS reasoning_tokens, CostUsd AS cost_usd, TimeToFirstToken AS time_to_first_token_ns,
    Streaming AS streaming, FinishReasons AS finish_reasons, InputMessages AS input_messages,
    OutputMessages AS output_messages, SystemInstructions AS system_instructions, ToolDefinitions AS tool_definitions,
    Documents AS documents, Input AS input, Output AS output, SessionId AS session_id, UserId AS user_id,
    AgentName AS agent, ToolName AS tool, PromptName AS prompt, PromptVersion AS prompt_version, Tags AS tags,
    Environment AS environment, Release AS release, ResourceAttributes AS resource_attributes,
    SpanAttributes AS attributes, ScopeName AS scope_name, ScopeVersion AS scope_version,
    arrayMap(t -> toUnixTimestamp64Nano(t), `Events.Timestamp`) AS event_times_ns, `Events.Name` AS event_names,
    `Events.Attributes` AS event_attributes, `Links.TraceId` AS link_trace_ids, `Links.SpanId` AS link_span_ids
FROM spans
WHERE Project = {project:String} AND TraceId = {trace:String} AND SpanId = {span:String}
    AND Timestamp >= (SELECT min(Start) FROM spans_trace_id_ts WHERE Project = {project:String} AND TraceId = {trace:String})
    AND Timestamp < (SELECT max(End) FROM spans_trace_id_ts WHERE Project = {project:String} AND TraceId = {trace:String}) + INTERVAL 1 SECOND
LIMIT 1
