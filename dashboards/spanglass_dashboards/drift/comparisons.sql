SELECT
    multiIf(Drifted IS NULL, 'too little data', Drifted, 'drifted', 'steady') AS Verdict,
    Feature, Cohort, Method,
    EffectSize AS Effect,
    Threshold AS "Least effect that counts",
    Statistic,
    ifNull(AdjustedPValue, PValue) AS "P value",
    N, ReferenceN AS "Reference N",
    WindowStart AS "Window start", WindowEnd AS "Window end",
    ReferenceStart AS "Reference start", ReferenceEnd AS "Reference end",
    Explanation
FROM window_scores FINAL
-- include: drift_filter
ORDER BY WindowEnd DESC, Verdict, abs(Effect) DESC NULLS LAST
LIMIT 200
