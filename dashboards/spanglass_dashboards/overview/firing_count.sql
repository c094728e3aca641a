SELECT count() AS Firing
FROM alert_states FINAL
WHERE Project = ${project:singlequote} AND State = 'firing'
