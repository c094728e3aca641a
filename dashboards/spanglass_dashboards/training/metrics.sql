SELECT m.At AS time, concat(if(r.Name = '', r.RunId, r.Name), ' ', m.Name) AS series, avg(m.Value) AS value
FROM training_metrics AS m
INNER JOIN
(
    SELECT RunId, Name FROM training_runs FINAL
    WHERE Project = ${project:singlequote} AND $__conditionalAll(if(Name = '', RunId, Name) IN (${run:singlequote}), $run)
) AS r USING (RunId)
WHERE m.Project = ${project:singlequote} AND $__timeFilter(m.At) AND m.Name = ${metric:singlequote} AND isFinite(m.Value)
GROUP BY time, series
ORDER BY time, series
LIMIT 50000
