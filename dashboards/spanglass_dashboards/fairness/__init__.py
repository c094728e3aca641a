"""The fairness dashboard: whether groups are treated alike."""
