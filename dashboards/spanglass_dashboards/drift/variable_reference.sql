SELECT DISTINCT concat(formatDateTime(ReferenceStart, '%Y-%m-%d %H:%i'), ' to ', formatDateTime(ReferenceEnd, '%Y-%m-%d %H:%i')) AS Reference
FROM window_scores
WHERE $__timeFilter(WindowEnd) AND Project = ${project:singlequote} AND Name ILIKE '%drift%'
ORDER BY Reference DESC
LIMIT 500
