SELECT $__timeInterval(At) AS time, Entry AS series, count() AS findings
FROM
(
    SELECT TargetTime AS At, left(Explanation, 10) AS Entry
    FROM scores FINAL
    -- include: score_filter
      AND match(Explanation, '^LLM[0-9][0-9]:[0-9]{4}')
    UNION ALL
    SELECT Timestamp, Entry FROM
    -- include: guard_entries
)
GROUP BY time, series
ORDER BY time, series
