SELECT max(gap) AS Widest
FROM
(
    SELECT argMax(abs(EffectSize), (WindowEnd, ScoredAt)) AS gap
    FROM window_scores FINAL
    -- include: gap_filter
      AND EffectSize IS NOT NULL AND startsWith(Feature, 'score:')
    GROUP BY Feature, Cohort
)
