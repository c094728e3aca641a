SELECT
    ServiceName AS Service, Created, Stored, Unaccounted, Dropped,
    arrayStringConcat(arrayMap((reason, n) -> concat(reason, ' ', toString(n)), mapKeys(DroppedBy), mapValues(DroppedBy)), ', ') AS Reasons,
    SampledOut AS "Sampled out", Exported, Since
FROM loss_ledger
WHERE Project = ${project:singlequote} AND $__conditionalAll(ServiceName IN (${service:singlequote}), $service)
ORDER BY Unaccounted DESC, Dropped DESC
LIMIT 100
