SELECT DISTINCT Cohort
FROM window_scores
WHERE $__timeFilter(WindowEnd) AND Project = ${project:singlequote} AND Name ILIKE '%drift%' AND Cohort != ''
ORDER BY Cohort
LIMIT 500
