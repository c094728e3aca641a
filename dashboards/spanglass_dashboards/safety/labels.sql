SELECT Name AS Score, Label, count() AS Judgements, countIf(Flagged) > 0 AS flagged, max(Value) AS Highest, any(TraceId) AS TraceId
FROM
-- include: safety_scores
WHERE Family != '' AND Label != ''
GROUP BY Score, Label
ORDER BY flagged DESC, Judgements DESC
LIMIT 100
