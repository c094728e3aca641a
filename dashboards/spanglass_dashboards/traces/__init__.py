"""The traces dashboard: one trace and the search for it."""
