Project = ${project:singlequote}
  AND $__conditionalAll(ServiceName IN (${service:singlequote}), $service)
  AND $__conditionalAll(Environment IN (${environment:singlequote}), $environment)
  AND $__conditionalAll(Model IN (${model:singlequote}), $model)
  AND $__conditionalAll(concat(PromptName, '@', PromptVersion) IN (${prompt_version:singlequote}), $prompt_version)
  AND Kind IN ('llm', 'embedding', 'reranker')
