SELECT greatest(0, sum(Dropped)) + sum(greatest(0, Unaccounted)) AS Lost
FROM loss_ledger
WHERE Project = ${project:singlequote} AND $__conditionalAll(ServiceName IN (${service:singlequote}), $service)
HAVING count() > 0
