-- The newest hour of the range, or all of it when it is shorter.
SELECT sum(CostUsd) * 3600 / least(3600, greatest(60, dateDiff('second', $__fromTime, $__toTime))) AS "Cost an hour"
FROM usage_1m
-- include: usage_filter
  AND Minute > $__toTime - INTERVAL 1 HOUR
