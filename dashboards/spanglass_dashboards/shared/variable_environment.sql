SELECT DISTINCT Environment
FROM usage_1m
WHERE $__timeFilter(Minute) AND Project = ${project:singlequote} AND Environment != ''
ORDER BY Environment
LIMIT 1000
