SELECT Name, Step, At, Value
FROM training_metrics FINAL
WHERE Project = {project:String} AND RunId = {run:String}
ORDER BY Name, Step
