"""Unsafe code in answers: Python by its syntax tree, shell, SQL and JavaScript by patterns."""
