SELECT uniqExact(Feature, Cohort) AS Compared
FROM window_scores FINAL
-- include: gap_filter
