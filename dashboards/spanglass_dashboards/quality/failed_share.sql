SELECT countIf(Error != '') / nullIf(count(), 0) AS Share
FROM scores FINAL
WHERE $__timeFilter(TargetTime) AND Project = ${project:singlequote} AND Source = 'evaluator'
