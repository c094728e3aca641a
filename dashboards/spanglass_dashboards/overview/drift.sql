SELECT
    Feature, Cohort, Method,
    argMax(multiIf(Drifted IS NULL, 'too little data', Drifted, 'drifted', 'steady'), order) AS Verdict,
    argMax(tuple(EffectSize), order).1 AS Effect,
    argMax(tuple(Threshold), order).1 AS "Least effect that counts",
    argMax(tuple(ifNull(AdjustedPValue, PValue)), order).1 AS "P value",
    argMax(N, order) AS N,
    argMax(ReferenceN, order) AS "Reference N",
    argMax(WindowEnd, order) AS "Window end",
    argMax(Explanation, order) AS Explanation
FROM (SELECT *, (WindowEnd, ScoredAt) AS order FROM window_scores FINAL)
WHERE $__timeFilter(WindowEnd) AND Project = ${project:singlequote} AND Name = 'drift' AND Error = ''
GROUP BY Feature, Cohort, Method
ORDER BY Verdict, abs(Effect) DESC NULLS LAST
LIMIT 100
