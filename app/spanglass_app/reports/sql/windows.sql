SELECT Name, Feature, Cohort, Method, EffectSize, EffectLow, EffectHigh, PValue, AdjustedPValue, Drifted, N, ReferenceN, WindowEnd, Explanation, Error
FROM window_scores
WHERE Project = {project:String} AND WindowEnd >= {since:DateTime}
ORDER BY WindowEnd DESC, ScoredAt DESC
LIMIT 1 BY Name, Feature, Cohort, Method
LIMIT 40
