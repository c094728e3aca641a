#!/bin/sh
# Makes the secrets that docker-compose.yml mounts, once; what is there is kept. Run it in the repository.
# CLUSTER=spanglass deploy/docker/secrets.sh: for the profile `cluster`.
set -eu
folder="$(dirname "$0")/secrets"
umask 077
mkdir -p "$folder"

random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

keep() {
    [ -s "$folder/$1" ] || printf '%s' "$2" > "$folder/$1"
    # Readable inside a container whose user is not ours; the folder keeps others out.
    chmod 644 "$folder/$1"
}

keep api_key "$(random)"
keep clickhouse_password "$(random)"
keep clickhouse_reader_password "$(random)"
keep clickhouse_cluster_secret "$(random)"
keep grafana_admin_password "$(random)"
# PagerDuty's integration key: put yours here, and switch the channel on in deploy/docker/spanglass.toml.
keep pagerduty_routing_key "none"
keep store_url "clickhouse://spanglass:$(cat "$folder/clickhouse_password")@clickhouse:8123/spanglass${CLUSTER:+?cluster=$CLUSTER}"
chmod 700 "$folder"
echo "$folder: $(ls "$folder" | tr '\n' ' ')"
