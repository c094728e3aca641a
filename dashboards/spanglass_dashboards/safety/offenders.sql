SELECT
    p.UserId AS User,
    uniqExact(s.TraceId) AS "Flagged traces",
    arrayStringConcat(arraySort(groupUniqArray(s.Family)), ', ') AS What,
    max(s.TargetTime) AS Newest,
    argMax(s.TraceId, s.TargetTime) AS TraceId
FROM
-- include: judged_spans
AS p
INNER JOIN
(
    SELECT TraceId, SpanId, TargetTime, Family FROM
    -- include: safety_scores
    WHERE Flagged AND Family NOT IN ('', 'refusal')
    ORDER BY TargetTime DESC
    LIMIT 100000
) AS s USING (TraceId, SpanId)
WHERE p.UserId != ''
GROUP BY User
ORDER BY "Flagged traces" DESC
LIMIT 50
