WHERE $__timeFilter(TargetTime)
  AND Project = ${project:singlequote}
  AND Error = ''
  AND $__conditionalAll(TraceId IN (SELECT TraceId FROM spans WHERE $__timeFilter(Timestamp) AND Project = ${project:singlequote} AND ServiceName IN (${service:singlequote})), $service)
  AND $__conditionalAll(TraceId IN (SELECT TraceId FROM spans WHERE $__timeFilter(Timestamp) AND Project = ${project:singlequote} AND Environment IN (${environment:singlequote})), $environment)
  AND $__conditionalAll((TraceId, SpanId) IN (SELECT TraceId, SpanId FROM spans WHERE $__timeFilter(Timestamp) AND Project = ${project:singlequote} AND if(ResponseModel != '', ResponseModel, RequestModel) IN (${model:singlequote})), $model)
  AND $__conditionalAll((TraceId, SpanId) IN (SELECT TraceId, SpanId FROM spans WHERE $__timeFilter(Timestamp) AND Project = ${project:singlequote} AND concat(PromptName, '@', PromptVersion) IN (${prompt_version:singlequote})), $prompt_version)
