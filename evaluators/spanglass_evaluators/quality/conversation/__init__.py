"""Whole sessions: was the user frustrated, served, left alone; did they have to ask again."""
