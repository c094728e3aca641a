SELECT Project AS project, sum(Calls) AS spans, toUnixTimestamp(min(Minute)) AS first_s, toUnixTimestamp(max(Minute)) AS last_s
FROM usage_1m
WHERE {project:String} = '*' OR Project = {project:String}
GROUP BY Project
ORDER BY Project
LIMIT 1000
