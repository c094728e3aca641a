SELECT
    p.UserId AS User,
    uniqExact(s.TraceId) AS "Flagged traces",
    arrayStringConcat(arraySort(groupUniqArray(s.Family)), ', ') AS What,
    max(s.TargetTime) AS Newest,
    argMax(s.TraceId, s.TargetTime) AS TraceId
FROM
(
    SELECT * FROM
    -- include: safety_scores
    WHERE Flagged AND Family NOT IN ('', 'refusal')
    ORDER BY TargetTime DESC
    LIMIT 100000
) AS s
INNER JOIN
(
    SELECT TraceId, SpanId, UserId
    FROM spans FINAL
    -- include: span_filter
      AND UserId != ''
) AS p USING (TraceId, SpanId)
GROUP BY User
ORDER BY "Flagged traces" DESC
LIMIT 50
