-- The range against the one of the same length just before it.
SELECT sumIf(CostUsd, Minute >= $__fromTime) / nullIf(sumIf(CostUsd, Minute < $__fromTime), 0) - 1 AS Change
FROM usage_1m
WHERE Minute >= $__fromTime - ($__toTime - $__fromTime) AND Minute <= $__toTime
  AND
  -- include: usage_choices
