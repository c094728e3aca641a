"""A ClickHouse-compatible HTTP endpoint over the embedded store.

chDB allows one process a data directory; everyone else (evaluators, alerts, notebooks, Grafana, curl) reaches the store
through here with the clients they would use for a server. Readers are read-only and capped; the owner, who knows the
key in the data directory, may do everything.
"""
