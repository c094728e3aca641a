SELECT min(least(n, reference_n)) AS Smallest
FROM
(
    SELECT argMax(N, (WindowEnd, ScoredAt)) AS n, argMax(ReferenceN, (WindowEnd, ScoredAt)) AS reference_n
    FROM window_scores FINAL
    -- include: gap_filter
    GROUP BY Feature, Cohort
)
HAVING count() > 0
