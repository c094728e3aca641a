SELECT
    Name AS name, Feature AS feature, Cohort AS cohort, Method AS method, Statistic AS statistic, PValue AS p_value,
    AdjustedPValue AS adjusted_p_value, EffectSize AS effect_size, EffectLow AS effect_low, EffectHigh AS effect_high,
    Ratio AS ratio, RatioLow AS ratio_low, RatioHigh AS ratio_high, WithinEffect AS within_effect, WithinLow AS within_low,
    WithinHigh AS within_high, Reversed AS reversed, Threshold AS threshold, Drifted AS drifted, N AS n, ReferenceN AS reference_n,
    toUnixTimestamp64Milli(WindowStart) AS window_start_ms, toUnixTimestamp64Milli(WindowEnd) AS window_end_ms,
    toUnixTimestamp64Milli(ReferenceStart) AS reference_start_ms, toUnixTimestamp64Milli(ReferenceEnd) AS reference_end_ms,
    Explanation AS explanation, Evaluator AS evaluator, EvaluatorVersion AS evaluator_version, Error AS error
FROM window_scores
WHERE Project = {project:String}
    AND WindowEnd >= fromUnixTimestamp64Nano({from_ns:Int64}) AND WindowEnd <= fromUnixTimestamp64Nano({to_ns:Int64})
    AND ({name:String} = '' OR Name = {name:String})
    AND ({feature:String} = '' OR Feature = {feature:String})
    AND (NOT {drifted:UInt8} OR Drifted)
ORDER BY WindowEnd DESC, Name, Feature, Cohort, Method
LIMIT {limit:UInt32}
