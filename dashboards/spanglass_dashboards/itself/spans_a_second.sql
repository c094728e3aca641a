SELECT sum(Calls) / greatest(1, dateDiff('second', $__fromTime, $__toTime)) AS Rate
FROM usage_1m
WHERE $__timeFilter(Minute)
