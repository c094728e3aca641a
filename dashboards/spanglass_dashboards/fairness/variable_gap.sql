SELECT DISTINCT concat(Feature, ' · ', Cohort) AS Gap
FROM window_scores
WHERE $__timeFilter(WindowEnd) AND Project = ${project:singlequote} AND Name ILIKE '%gap%' AND EffectSize IS NOT NULL
ORDER BY Gap
LIMIT 500
