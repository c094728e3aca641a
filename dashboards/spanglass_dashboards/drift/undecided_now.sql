SELECT countIf(verdict = 2) AS Undecided
FROM
(
    SELECT argMax(ifNull(Drifted::UInt8, 2), (WindowEnd, ScoredAt)) AS verdict
    FROM window_scores FINAL
    -- include: drift_filter
    GROUP BY Feature, Cohort, Method
)
