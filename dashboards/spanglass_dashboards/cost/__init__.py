"""The cost dashboard: what the traffic costs and who causes it."""
