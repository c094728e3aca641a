-- include: newest_span
SELECT
    Evaluator, Version, Configuration,
    ifNull(j.judged, 0) AS Judged,
    ifNull(j.failed, 0) AS Failed,
    ifNull(j.judged, 0) / nullIf((
        SELECT sum(Calls) FROM usage_1m
        -- include: usage_filter
    ), 0) AS "Share of calls",
    if(p.mark = toDateTime64(0, 9), NULL, greatest(0, dateDiff('second', p.mark, newest))) AS Lag,
    j.cost AS Cost
FROM
(
    SELECT
        Evaluator, EvaluatorVersion AS Version, ConfigDigest AS Configuration,
        countIf(Error = '') AS judged, countIf(Error != '') AS failed, sum(CostUsd) AS cost
    FROM scores FINAL
    WHERE $__timeFilter(TargetTime) AND Project = ${project:singlequote} AND Source = 'evaluator'
    GROUP BY Evaluator, Version, Configuration
) AS j
FULL JOIN
(
    SELECT Evaluator, EvaluatorVersion AS Version, ConfigDigest AS Configuration, Watermark AS mark
    FROM evaluator_progress FINAL
    WHERE Project IN ('', ${project:singlequote}) AND UpdatedAt >= $__fromTime
) AS p USING (Evaluator, Version, Configuration)
ORDER BY Lag DESC NULLS LAST, Evaluator
LIMIT 100
