WITH
    $__toTime AS until,
    toDateTime(toStartOfMonth(until)) AS month_start,
    dateDiff('second', until, toDateTime(addMonths(toStartOfMonth(until), 1))) / 86400 AS days_left
SELECT
    -- A day costs what the last seven cost on average; of a younger project, what its days cost.
    sumIf(CostUsd, Minute >= month_start)
    + days_left * sumIf(CostUsd, Minute > until - INTERVAL 7 DAY)
      / greatest(0.04, least(7, dateDiff('second', minIf(Minute, Minute > until - INTERVAL 7 DAY), until) / 86400)) AS Forecast
FROM usage_1m
WHERE Minute > least(month_start - 1, until - INTERVAL 7 DAY) AND Minute <= until
  AND
  -- include: usage_choices
HAVING countIf(Minute > until - INTERVAL 7 DAY) > 0
