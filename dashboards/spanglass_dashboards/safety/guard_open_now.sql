SELECT if(count() = 0, NULL, countIf(Unchecked AND Action != 'block')) AS "Failed open"
FROM
-- include: guard_decisions
