SELECT
    $__timeInterval(TargetTime) AS time,
    if(Evaluator IN ('', Name), Name, concat(Name, ' (', Evaluator, ')')) AS series,
    avg(Value) AS mean
FROM scores FINAL
-- include: score_filter
  AND Value IS NOT NULL
GROUP BY time, series
ORDER BY time, series
