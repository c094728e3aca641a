WHERE $__timeFilter(Timestamp)
  AND Project = ${project:singlequote}
  AND $__conditionalAll(ServiceName IN (${service:singlequote}), $service)
  AND $__conditionalAll(Environment IN (${environment:singlequote}), $environment)
  AND $__conditionalAll(if(ResponseModel != '', ResponseModel, RequestModel) IN (${model:singlequote}), $model)
  AND $__conditionalAll(concat(PromptName, '@', PromptVersion) IN (${prompt_version:singlequote}), $prompt_version)
