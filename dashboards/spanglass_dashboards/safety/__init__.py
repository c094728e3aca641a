"""The safety dashboard: whether anything said or asked is dangerous."""
