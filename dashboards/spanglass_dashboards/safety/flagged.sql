SELECT TargetTime AS Time, Name AS Score, Label, Value, Explanation, TraceId
FROM
-- include: safety_scores
WHERE Flagged AND Family != ''
ORDER BY Time DESC
LIMIT 100
