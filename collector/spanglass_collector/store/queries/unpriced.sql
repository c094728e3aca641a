CostUsd IS NULL AND Kind IN ('llm', 'embedding', 'reranker')
AND (InputTokens IS NOT NULL OR OutputTokens IS NOT NULL)
AND (toString(Provider), toString(if(ResponseModel != '', ResponseModel, RequestModel))) IN {models:Array(Tuple(String, String))}
