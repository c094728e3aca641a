SELECT uniqExact(Feature, Cohort, Method) AS Compared
FROM window_scores FINAL
-- include: drift_filter
