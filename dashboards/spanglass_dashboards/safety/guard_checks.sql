SELECT $__timeInterval(TargetTime) AS time, concat(arrayJoin(Checks), ', ', Action) AS series, count() AS decisions
FROM
-- include: guard_decisions
GROUP BY time, series
ORDER BY time, series
