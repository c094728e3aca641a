SELECT WindowEnd AS time, concat(Feature, ' · ', Cohort) AS series, max(abs(EffectSize) / nullIf(Threshold, 0)) AS gap
FROM window_scores FINAL
-- include: gap_filter
  AND EffectSize IS NOT NULL
GROUP BY time, series
ORDER BY time, series
LIMIT 5000
