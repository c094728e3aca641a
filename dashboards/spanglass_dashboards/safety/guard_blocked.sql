SELECT $__timeInterval(TargetTime) AS time, Side AS series, countIf(Action = 'block') / count() AS share
FROM
-- include: guard_decisions
GROUP BY time, series
ORDER BY time, series
