SELECT nullIf(count(), 0) AS Decisions
FROM
-- include: guard_decisions
