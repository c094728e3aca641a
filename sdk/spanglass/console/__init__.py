"""Traces drawn in the terminal, for the person who writes the application: `draw.py` makes the text, `sink.py`
collects spans until a trace is complete."""
