SELECT dateDiff('second', max(WindowEnd), $__toTime) AS Age
FROM window_scores FINAL
-- include: drift_filter
HAVING count() > 0
