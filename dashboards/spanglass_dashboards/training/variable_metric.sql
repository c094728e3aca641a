SELECT DISTINCT Name
FROM training_metrics
WHERE Project = ${project:singlequote} AND $__timeFilter(At)
ORDER BY Name
LIMIT 500
