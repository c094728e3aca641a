SELECT
    WindowEnd AS time,
    concat(Feature, if(Cohort = '', '', concat(' · ', Cohort))) AS series,
    min(ifNull(AdjustedPValue, PValue)) AS p
FROM window_scores FINAL
-- include: drift_filter
  AND PValue IS NOT NULL
GROUP BY time, series
ORDER BY time, series
LIMIT 5000
