SELECT countIf(Status IN ('failed', 'interrupted')) / nullIf(countIf(Status != 'running'), 0) AS Share
FROM training_runs FINAL
WHERE Project = ${project:singlequote} AND $__timeFilter(StartedAt)
