SELECT countIf(verdict = 1) AS Drifted
FROM
(
    SELECT argMax(ifNull(Drifted, 0), (WindowEnd, ScoredAt)) AS verdict
    FROM window_scores FINAL
    -- include: drift_filter
    GROUP BY Feature, Cohort, Method
)
