SELECT
    $__timeInterval(TargetTime) AS time,
    multiIf(Value < 0, 'below 0', Value > 1, 'above 1', Value = 1, '1', concat(toString(floor(Value * 5) / 5), ' to ', toString((floor(Value * 5) + 1) / 5))) AS series,
    count() AS judgements
FROM scores FINAL
-- include: score_filter
  AND Name = ${score:singlequote} AND Value IS NOT NULL
GROUP BY time, series
ORDER BY time, series
