SELECT
    Cohort,
    argMax(N, (WindowEnd, ScoredAt)) AS "First group",
    argMax(ReferenceN, (WindowEnd, ScoredAt)) AS "Second group"
FROM window_scores FINAL
-- include: gap_filter
GROUP BY Cohort
ORDER BY least("First group", "Second group")
LIMIT 20
