"""Spanglass."""
