"""LLM judges, and how far they can be trusted."""
