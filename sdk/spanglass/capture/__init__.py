"""Captures what traced code is given and gives back, without disturbing it."""
