SELECT
    WindowEnd AS time,
    concat(Feature, if(Cohort = '', '', concat(' · ', Cohort))) AS series,
    max(abs(EffectSize) / nullIf(Threshold, 0)) AS effect
FROM window_scores FINAL
-- include: drift_filter
  AND EffectSize IS NOT NULL
GROUP BY time, series
ORDER BY time, series
LIMIT 5000
