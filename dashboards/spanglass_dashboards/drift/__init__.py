"""The drift dashboard: whether traffic and answers are still what they were."""
