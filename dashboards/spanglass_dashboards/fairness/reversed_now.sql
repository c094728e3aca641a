SELECT if(countIf(verdict IS NOT NULL) = 0, NULL, countIf(verdict = 1)) AS Reversed
FROM
(
    SELECT argMax(tuple(Reversed), (WindowEnd, ScoredAt)).1 AS verdict
    FROM window_scores FINAL
    -- include: gap_filter
    GROUP BY Feature, Cohort
)
