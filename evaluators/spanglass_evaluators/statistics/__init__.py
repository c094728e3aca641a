"""Statistics that drift and bias share: comparisons of proportions and means, many tests at once. Pure."""
