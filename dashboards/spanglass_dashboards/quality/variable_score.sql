SELECT DISTINCT Name
FROM scores
WHERE $__timeFilter(TargetTime) AND Project = ${project:singlequote} AND Value IS NOT NULL AND Error = ''
ORDER BY Name
LIMIT 200
