SELECT DISTINCT Feature
FROM window_scores
WHERE $__timeFilter(WindowEnd) AND Project = ${project:singlequote} AND Name ILIKE '%drift%'
ORDER BY Feature
LIMIT 500
