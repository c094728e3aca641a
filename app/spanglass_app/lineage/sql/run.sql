SELECT RunId, Name, Status, StartedAt, EndedAt, LineageId, Dataset, DatasetDigest, Config
FROM training_runs FINAL
WHERE Project = {project:String} AND RunId = {run:String}
