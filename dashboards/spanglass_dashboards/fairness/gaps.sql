SELECT
    argMax(multiIf(Drifted IS NULL, 'too little data', Drifted, 'gap', 'within tolerance'), order) AS Verdict,
    Feature, Cohort,
    argMax(tuple(EffectSize), order).1 AS Gap,
    argMax(tuple(EffectLow), order).1 AS "Interval from",
    argMax(tuple(EffectHigh), order).1 AS "Interval to",
    argMax(tuple(Threshold), order).1 AS Tolerated,
    argMax(tuple(ifNull(AdjustedPValue, PValue)), order).1 AS "P value",
    argMax(N, order) AS "First group",
    argMax(ReferenceN, order) AS "Second group",
    argMax(WindowEnd, order) AS "Window end",
    argMax(Explanation, order) AS Explanation
FROM (SELECT *, (WindowEnd, ScoredAt) AS order FROM window_scores FINAL)
-- include: gap_filter
GROUP BY Feature, Cohort
ORDER BY Verdict, abs(Gap) DESC NULLS LAST
LIMIT 100
