SELECT WindowEnd AS time, EffectSize AS "gap in all", WithinEffect AS "within strata", WithinLow AS "from", WithinHigh AS "to"
FROM window_scores FINAL
WHERE $__timeFilter(WindowEnd) AND Project = ${project:singlequote} AND Name ILIKE '%gap%' AND Error = ''
  AND concat(Feature, ' · ', Cohort) = ${gap:singlequote} AND WithinEffect IS NOT NULL
ORDER BY time
