SELECT Rule, State, Severity, Since, Value, Summary FROM alert_states
WHERE Project = {project:String}
ORDER BY State = 'firing' DESC, Since DESC
LIMIT 20
