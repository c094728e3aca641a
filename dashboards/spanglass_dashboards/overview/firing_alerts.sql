SELECT
    Severity,
    Summary,
    State,
    Since,
    Value,
    JSONExtractString(Details, 'trace_ids', 1) AS TraceId,
    JSONExtractString(Details, 'runbook') AS Runbook
FROM alert_states FINAL
WHERE Project = ${project:singlequote} AND State IN ('pending', 'firing')
ORDER BY State, indexOf(['critical', 'error', 'warning', 'info'], Severity), Since
LIMIT 100
