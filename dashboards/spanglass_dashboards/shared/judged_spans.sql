(
    SELECT
        TraceId, SpanId, UserId, Timestamp,
        if(ResponseModel != '', ResponseModel, RequestModel) AS Model,
        if(ModelVersion != '', ModelVersion, Model) AS ModelOrVersion,
        if(PromptName = '', 'no prompt named', concat(PromptName, '@', PromptVersion)) AS Prompt
    FROM spans FINAL
    -- include: span_filter
)
