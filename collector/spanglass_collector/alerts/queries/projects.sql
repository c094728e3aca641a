-- Projects with traffic or judgements since {since_ms}, and those whose alerts are still open.
SELECT DISTINCT Project FROM
(
    SELECT Project FROM usage_1m WHERE Minute >= toDateTime(fromUnixTimestamp64Milli({since_ms:Int64}))
    UNION ALL
    SELECT Project FROM window_scores WHERE ScoredAt >= fromUnixTimestamp64Milli({since_ms:Int64})
    UNION ALL
    SELECT Project FROM alert_states WHERE State != 'resolved'
)
ORDER BY Project
