SELECT countIf(Status = 'running') AS Running FROM training_runs FINAL WHERE Project = ${project:singlequote}
