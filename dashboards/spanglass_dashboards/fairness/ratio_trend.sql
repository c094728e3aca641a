SELECT WindowEnd AS time, Ratio AS ratio, RatioLow AS "from", RatioHigh AS "to"
FROM window_scores FINAL
WHERE $__timeFilter(WindowEnd) AND Project = ${project:singlequote} AND Name ILIKE '%gap%' AND Error = ''
  AND concat(Feature, ' · ', Cohort) = ${gap:singlequote} AND Ratio IS NOT NULL
ORDER BY time
