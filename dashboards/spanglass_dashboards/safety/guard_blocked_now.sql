SELECT countIf(Action = 'block') / nullIf(count(), 0) AS Share
FROM
-- include: guard_decisions
