SELECT DISTINCT ServiceName
FROM usage_1m
WHERE $__timeFilter(Minute) AND Project = ${project:singlequote} AND ServiceName != ''
ORDER BY ServiceName
LIMIT 1000
