"""What Detoxify's three models judge."""

from __future__ import annotations

LABELS = ("toxicity", "severe_toxicity", "obscene", "identity_attack", "insult", "threat", "sexual_explicit")
"""`original` has no sexual_explicit; the names of groups that `unbiased` gives besides are no verdicts."""
