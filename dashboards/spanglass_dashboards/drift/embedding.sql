SELECT WindowEnd AS time, concat(Feature, if(Cohort = '', '', concat(' · ', Cohort))) AS series, max(abs(EffectSize)) AS effect
FROM window_scores FINAL
-- include: drift_filter
  AND EffectSize IS NOT NULL AND (Feature ILIKE '%embedding%' OR Feature ILIKE '%text%' OR Method ILIKE '%mmd%')
GROUP BY time, series
ORDER BY time, series
LIMIT 5000
