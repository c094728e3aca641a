"""Training runs and model versions from and to other registries."""
