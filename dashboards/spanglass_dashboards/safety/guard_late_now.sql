SELECT if(count() = 0, NULL, countIf(Late)) AS Late
FROM
-- include: guard_decisions
