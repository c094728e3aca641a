SELECT sum(bytes_on_disk) / nullIf(sum(rows), 0) AS Size FROM system.parts WHERE active AND database = currentDatabase() AND table = 'spans'
