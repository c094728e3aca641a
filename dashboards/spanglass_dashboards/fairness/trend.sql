SELECT WindowEnd AS time, EffectSize AS gap, EffectLow AS "from", EffectHigh AS "to"
FROM window_scores FINAL
WHERE $__timeFilter(WindowEnd) AND Project = ${project:singlequote} AND Name ILIKE '%gap%' AND Error = ''
  AND concat(Feature, ' · ', Cohort) = ${gap:singlequote} AND EffectSize IS NOT NULL
ORDER BY time
