-- include: newest_span
SELECT max(greatest(0, dateDiff('second', Watermark, newest))) AS Lag
FROM evaluator_progress FINAL
WHERE Project IN ('', ${project:singlequote}) AND UpdatedAt >= $__fromTime
