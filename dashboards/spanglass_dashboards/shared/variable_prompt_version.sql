SELECT DISTINCT concat(PromptName, '@', PromptVersion) AS Prompt
FROM usage_1m
WHERE $__timeFilter(Minute) AND Project = ${project:singlequote} AND PromptName != ''
ORDER BY Prompt
LIMIT 1000
