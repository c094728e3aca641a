SELECT sum(CachedInputTokens) / nullIf(sumIf(InputTokens, CachedInputTokens IS NOT NULL), 0) AS Share
FROM spans FINAL
-- include: model_calls
