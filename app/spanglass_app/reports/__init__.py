"""Terminal tables over the store: one SQL file a table."""
