"""Spans as each dialect sends them, and the one row they all mean. Names: the conventions' own texts."""
