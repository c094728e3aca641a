SELECT count() AS Deployments
FROM deployments FINAL
WHERE Project = ${project:singlequote} AND $__timeFilter(DeployedAt)
