"""Commit: many requests become one insert; each sender hears back after its spans are stored."""
