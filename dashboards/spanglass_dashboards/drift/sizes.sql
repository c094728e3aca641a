SELECT WindowEnd AS time, max(N) AS "window", max(ReferenceN) AS "reference"
FROM window_scores FINAL
-- include: drift_filter
GROUP BY time
ORDER BY time
