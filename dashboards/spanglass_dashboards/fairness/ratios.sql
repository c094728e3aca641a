SELECT
    Feature, Cohort,
    argMax(tuple(Ratio), order).1 AS "First over second",
    argMax(tuple(RatioLow), order).1 AS "Interval from",
    argMax(tuple(RatioHigh), order).1 AS "Interval to",
    argMax(WindowEnd, order) AS "Window end"
FROM (SELECT *, (WindowEnd, ScoredAt) AS order FROM window_scores FINAL)
-- include: gap_filter
  AND EffectSize IS NOT NULL
GROUP BY Feature, Cohort
ORDER BY abs(log("First over second")) DESC NULLS LAST
LIMIT 100
