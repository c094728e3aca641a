SELECT countIf(verdict = 1) AS Gaps
FROM
(
    SELECT argMax(ifNull(Drifted, 0), (WindowEnd, ScoredAt)) AS verdict
    FROM window_scores FINAL
    -- include: gap_filter
    GROUP BY Feature, Cohort
)
