"""The training dashboard: what was trained, deployed and served."""
