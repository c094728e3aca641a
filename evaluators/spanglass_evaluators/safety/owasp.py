"""Where each check stands in the OWASP Top 10 for LLM applications (2025 edition); docs/evaluators/owasp.md."""

from __future__ import annotations

OWASP = {
    "pii": "LLM02:2025",
    "secrets": "LLM02:2025",
    "prompt_injection": "LLM01:2025",
    "indirect_injection": "LLM01:2025",
    "prompt_leak": "LLM07:2025",
    "exfiltration": "LLM05:2025",
    "unsafe_code": "LLM05:2025",
}
"""By the name of the evaluator, without what follows a dot."""


def owasp_of(name: str) -> str:
    """The entry an evaluator's findings belong to; "" for none."""
    return OWASP.get(name.partition(".")[0], "")
