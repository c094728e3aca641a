"""Safety: secrets and personal data, prompt injection, leaks, topics."""
