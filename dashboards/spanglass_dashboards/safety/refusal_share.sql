SELECT $__timeInterval(TargetTime) AS time, Name AS series, countIf(Flagged) / count() AS share
FROM
-- include: safety_scores
WHERE Family = 'refusal'
GROUP BY time, series
ORDER BY time, series
