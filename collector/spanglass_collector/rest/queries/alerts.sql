SELECT
    Rule AS rule, Instance AS instance, State AS state, Severity AS severity, Value AS value, Summary AS summary,
    toUnixTimestamp64Milli(Since) AS since_ms, toUnixTimestamp64Micro(UpdatedAt) AS updated_us
FROM alert_states
WHERE Project = {project:String} AND ({state:String} = '' OR State = {state:String})
ORDER BY UpdatedAt DESC, Rule, Instance
LIMIT {limit:UInt32}
