"""The itself dashboard: Spanglass's own health."""
