SELECT
    Since AS time,
    if(State = 'firing', now64(3), toDateTime64(UpdatedAt, 3)) AS timeEnd,
    concat(Severity, ': ', Rule) AS title,
    Summary AS text,
    Severity AS tags
FROM alert_states FINAL
WHERE Project = ${project:singlequote} AND State IN ('firing', 'resolved') AND Since <= $__toTime AND timeEnd >= $__fromTime
ORDER BY time
LIMIT 200
