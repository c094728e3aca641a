#!/bin/bash
# docker-entrypoint-initdb.d: runs once, when the data folder is empty.
set -euo pipefail
sql="$(< /etc/spanglass/reader.sql)"
password="$(< /run/secrets/clickhouse_reader_password)"
clickhouse client --user spanglass --password "$(< /run/secrets/clickhouse_password)" \
    --multiquery --query "${sql//'${READER_PASSWORD}'/$password}"
