SELECT Name, argMax(Value, Step) AS Value, max(Step) AS LastStep
FROM training_metrics FINAL
WHERE Project = {project:String} AND RunId = {run:String}
GROUP BY Name
ORDER BY Name
