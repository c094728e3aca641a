SELECT if(r.Name = '', c.RunId, r.Name) AS Run, c.Step AS Step, c.At AS Time, c.Uri AS Uri, c.SizeBytes AS Size, substring(c.Digest, 1, 12) AS Digest
FROM checkpoints AS c FINAL
LEFT JOIN (SELECT RunId, Name FROM training_runs FINAL WHERE Project = ${project:singlequote}) AS r USING (RunId)
WHERE c.Project = ${project:singlequote} AND $__timeFilter(c.At)
ORDER BY Time DESC
LIMIT 100
