SELECT
    table AS Table,
    sum(rows) AS Rows,
    sum(bytes_on_disk) AS "On disk",
    sum(data_uncompressed_bytes) / nullIf(sum(data_compressed_bytes), 0) AS Compression,
    count() AS Parts,
    max(modification_time) AS "Last written"
FROM system.parts
WHERE active AND database = currentDatabase()
GROUP BY Table
ORDER BY "On disk" DESC
LIMIT 50
