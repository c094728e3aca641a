SELECT sum(bytes_on_disk) AS Size FROM system.parts WHERE active AND database = currentDatabase()
