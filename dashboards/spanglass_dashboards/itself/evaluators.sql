-- include: newest_span
SELECT
    Evaluator, EvaluatorVersion AS Version, ConfigDigest AS Configuration,
    greatest(0, dateDiff('second', Watermark, newest)) AS Lag,
    Scored, Skipped, Failed, UpdatedAt AS "Last progress"
FROM evaluator_progress FINAL
WHERE Project IN ('', ${project:singlequote})
ORDER BY Lag DESC
LIMIT 100
