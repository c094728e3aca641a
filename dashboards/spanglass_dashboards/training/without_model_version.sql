SELECT countIf(ModelVersion = '') / nullIf(count(), 0) AS Share
FROM spans FINAL
-- include: model_calls
