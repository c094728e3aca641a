SELECT max(At) AS Time, TraceId, any(nullIf(Service, '')) AS Service, arrayStringConcat(groupUniqArray(5)(Why), ', ') AS Why
FROM
(
    SELECT
        Timestamp AS At, TraceId, ServiceName AS Service,
        concat('error: ', multiIf(ErrorType != '', ErrorType, StatusMessage != '', substring(StatusMessage, 1, 80), SpanName)) AS Why
    FROM spans FINAL
    -- include: span_filter
      AND StatusCode = 'Error'
    ORDER BY Timestamp DESC
    LIMIT 500
    UNION ALL
    SELECT TargetTime AS At, TraceId, '' AS Service, concat(Name, ': ', Label) AS Why
    FROM scores FINAL
    -- include: score_filter
      AND TraceId != '' AND Label IN ('toxic', 'mismatch', 'no_answer', 'refused')
    ORDER BY TargetTime DESC
    LIMIT 500
)
GROUP BY TraceId
ORDER BY Time DESC
LIMIT 50
