SELECT
    $__timeInterval(Timestamp) AS time,
    sum(InputTokens) - ifNull(sum(CachedInputTokens), 0) AS input,
    ifNull(sum(CachedInputTokens), 0) AS cached,
    sum(OutputTokens) - ifNull(sum(ReasoningTokens), 0) AS output,
    ifNull(sum(ReasoningTokens), 0) AS reasoning
FROM spans FINAL
-- include: model_calls
GROUP BY time
HAVING input IS NOT NULL AND output IS NOT NULL
ORDER BY time
