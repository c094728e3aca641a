SELECT $__timeInterval(TargetTime) AS time, Label AS series, count() AS judgements
FROM scores FINAL
-- include: score_filter
  AND Name = ${score:singlequote} AND Label != ''
GROUP BY time, series
ORDER BY time, series
