SELECT
    Feature, Cohort,
    argMax(multiIf(Drifted IS NULL, 'too little data', Drifted, 'gap', 'within tolerance'), order) AS Verdict,
    argMax(tuple(EffectSize), order).1 AS Gap,
    argMax(tuple(EffectLow), order).1 AS "Interval from",
    argMax(tuple(EffectHigh), order).1 AS "Interval to",
    argMax(tuple(Threshold), order).1 AS Tolerated,
    argMax(tuple(StrataVerdict), order).1 AS "Within strata",
    argMax(N, order) AS N,
    argMax(ReferenceN, order) AS "Reference N",
    argMax(Explanation, order) AS Explanation
FROM
(
    SELECT
        *, (WindowEnd, ScoredAt) AS order,
    -- include: strata_verdict
    FROM window_scores FINAL
)
WHERE $__timeFilter(WindowEnd) AND Project = ${project:singlequote} AND Name = 'group_gap' AND Error = ''
GROUP BY Feature, Cohort
ORDER BY Verdict, abs(Gap) DESC NULLS LAST
LIMIT 100
