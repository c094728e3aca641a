(
    -- The smaller side of the join, held in memory: bounded.
    SELECT TraceId, SpanId, TargetTime, Value
    FROM scores FINAL
    WHERE $__timeFilter(TargetTime) AND Project = ${project:singlequote} AND Error = '' AND Name = ${score:singlequote} AND Value IS NOT NULL
    ORDER BY TargetTime DESC
    LIMIT 1000000
)
