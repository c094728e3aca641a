SELECT
    $__timeInterval(TargetTime) AS time,
    countIf(Late) AS "deadline missed",
    countIf(Unchecked AND NOT Late) AS "check failed",
    countIf(Unchecked AND Action != 'block') AS "failed open"
FROM
-- include: guard_decisions
GROUP BY time
ORDER BY time
