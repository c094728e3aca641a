SELECT
    DeployedAt AS Time, Environment, Service, Release, ModelVersion AS "Model version",
    arrayStringConcat(arrayMap((name, version) -> concat(name, '@', version), mapKeys(PromptVersions), mapValues(PromptVersions)), ', ') AS Prompts,
    Who, Why
FROM deployments FINAL
WHERE Project = ${project:singlequote} AND $__timeFilter(DeployedAt)
  AND $__conditionalAll(Service IN (${service:singlequote}), $service)
  AND $__conditionalAll(Environment IN (${environment:singlequote}), $environment)
ORDER BY Time DESC
LIMIT 100
