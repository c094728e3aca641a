SELECT DISTINCT Model
FROM usage_1m
WHERE $__timeFilter(Minute) AND Project = ${project:singlequote} AND Model != ''
ORDER BY Model
LIMIT 1000
