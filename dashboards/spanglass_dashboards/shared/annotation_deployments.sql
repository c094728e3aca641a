SELECT
    DeployedAt AS time,
    concat('Deployed ', Service, if(Environment = '', '', concat(' to ', Environment))) AS title,
    arrayStringConcat(arrayFilter(x -> x != '', [
        if(Release = '', '', concat('release ', Release)),
        if(ModelVersion = '', '', concat('model ', ModelVersion)),
        arrayStringConcat(arrayMap((name, version) -> concat(name, '@', version), mapKeys(PromptVersions), mapValues(PromptVersions)), ', '),
        if(Who = '', '', concat('by ', Who)),
        Why
    ]), ' · ') AS text,
    Environment AS tags
FROM deployments FINAL
WHERE $__timeFilter(DeployedAt)
  AND Project = ${project:singlequote}
  AND $__conditionalAll(Service IN (${service:singlequote}), $service)
  AND $__conditionalAll(Environment IN (${environment:singlequote}), $environment)
ORDER BY time
LIMIT 200
