"""Tool calls: is each one possible, and does a run of them get anywhere."""
