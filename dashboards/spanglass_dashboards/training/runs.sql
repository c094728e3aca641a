SELECT
    Status, if(Name = '', RunId, Name) AS Run, StartedAt AS Started,
    dateDiff('second', StartedAt, ifNull(EndedAt, UpdatedAt)) AS Duration,
    BaseModel AS "Base model",
    concat(Dataset, if(DatasetDigest = '', '', concat('@', substring(DatasetDigest, 1, 12)))) AS Dataset,
    CodeRevision AS Code, WorldSize AS Workers, Error
FROM training_runs FINAL
WHERE Project = ${project:singlequote} AND StartedAt <= $__toTime AND ifNull(EndedAt, UpdatedAt) >= $__fromTime
ORDER BY StartedAt DESC
LIMIT 100
