SELECT $__timeInterval(TargetTime) AS time, Name AS series, countIf(Label = 'toxic') / count() AS share
FROM scores FINAL
-- include: score_filter
  AND Name ILIKE '%toxicity%' AND Label != ''
GROUP BY time, series
ORDER BY time, series
