-- Who Grafana reads as: may read the tables and what the dashboard about the store itself shows, and change nothing.
-- The two settings are those that the plugin and the provisioned data source send with every query.
CREATE USER IF NOT EXISTS grafana IDENTIFIED WITH sha256_password BY '${READER_PASSWORD}'
    SETTINGS readonly = 1, max_execution_time = 60 CHANGEABLE_IN_READONLY, final = 1 CHANGEABLE_IN_READONLY,
             max_memory_usage = 4000000000, max_result_bytes = 268435456;
GRANT SELECT ON spanglass.* TO grafana;
GRANT SELECT ON system.parts TO grafana;
