SELECT DISTINCT if(Name = '', RunId, Name) AS Run
FROM training_runs FINAL
WHERE Project = ${project:singlequote} AND StartedAt <= $__toTime AND ifNull(EndedAt, UpdatedAt) >= $__fromTime
ORDER BY Run
LIMIT 500
