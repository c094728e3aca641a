SELECT TargetTime AS Time, Side, Action, Explanation, TraceId
FROM
-- include: guard_decisions
WHERE Action != 'allow' OR Unchecked
ORDER BY Time DESC
LIMIT 100
