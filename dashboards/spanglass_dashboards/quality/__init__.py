"""The quality dashboard: whether the answers are good."""
