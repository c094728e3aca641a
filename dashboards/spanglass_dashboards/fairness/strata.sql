SELECT
    argMax(tuple(StrataVerdict), order).1 AS "Within strata",
    Feature, Cohort,
    argMax(tuple(EffectSize), order).1 AS Gap,
    argMax(tuple(WithinEffect), order).1 AS "Gap within strata",
    argMax(tuple(WithinLow), order).1 AS "Interval from",
    argMax(tuple(WithinHigh), order).1 AS "Interval to",
    argMax(tuple(Threshold), order).1 AS Tolerated,
    argMax(WindowEnd, order) AS "Window end",
    argMax(Explanation, order) AS Explanation
FROM
(
    SELECT
        *, (WindowEnd, ScoredAt) AS order,
    -- include: strata_verdict
    FROM window_scores FINAL
)
-- include: gap_filter
  AND EffectSize IS NOT NULL
GROUP BY Feature, Cohort
ORDER BY ifNull("Within strata", '') = 'reversed within strata' DESC, abs(Gap) DESC NULLS LAST
LIMIT 100
