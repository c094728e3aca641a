-- include: span_filter
  AND Kind IN ('llm', 'embedding', 'reranker')
