SELECT $__timeInterval(TargetTime) AS time, Action AS series, count() AS decisions
FROM
-- include: guard_decisions
GROUP BY time, series
ORDER BY time, series
