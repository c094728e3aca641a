SELECT
    v.Model AS Model, v.Version AS Version, ifNull(s.stages, '') AS Stage, v.CreatedAt AS Created, v.BaseModel AS "Base model",
    v.Quantisation AS Quantisation, v.SizeBytes AS Size,
    arrayStringConcat(arrayMap((name, value) -> concat(name, ' ', toString(round(value, 4))), mapKeys(v.Evaluation), mapValues(v.Evaluation)), ', ') AS Evaluation
FROM (SELECT * FROM model_versions FINAL WHERE Project = ${project:singlequote}) AS v
LEFT JOIN
(
    -- Who is in a stage is who came into it last.
    SELECT Model, Version, arrayStringConcat(groupArray(Stage), ', ') AS stages
    FROM (SELECT Model, Stage, argMax(Version, At) AS Version FROM model_stages FINAL WHERE Project = ${project:singlequote} GROUP BY Model, Stage)
    GROUP BY Model, Version
) AS s USING (Model, Version)
ORDER BY Created DESC
LIMIT 100
