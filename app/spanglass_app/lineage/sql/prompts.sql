SELECT p.Prompt AS Prompt, max(p.Version) AS Versions, max(p.CreatedAt) AS Last,
       arraySort(groupUniqArrayIf(concat(l.Label, ' → ', toString(l.Version)), l.Label != '')) AS Labels
FROM (SELECT * FROM prompts FINAL) AS p
LEFT JOIN (SELECT * FROM prompt_labels FINAL) AS l ON l.Project = p.Project AND l.Prompt = p.Prompt
WHERE p.Project = {project:String}
GROUP BY Prompt
ORDER BY Prompt
