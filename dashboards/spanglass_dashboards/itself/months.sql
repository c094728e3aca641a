SELECT partition AS Month, sumIf(rows, table = 'spans') AS Spans, sumIf(bytes_on_disk, table = 'spans') AS "On disk"
FROM system.parts
WHERE active AND database = currentDatabase() AND table = 'spans'
GROUP BY Month
ORDER BY Month DESC
LIMIT 36
