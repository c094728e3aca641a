"""Bias: are groups of people treated alike."""
