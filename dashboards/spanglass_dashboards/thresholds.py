"""What turns red is what pages: thresholds are read from the alert rules that ship."""

from __future__ import annotations

from spanglass_collector.alerts.rules import default_rules

_RULES = {rule.name: rule for rule in default_rules()}


def of(rule: str) -> float:
    """The value from which the shipped rule of that name fires; for drift, the least effect that counts.

    Raises KeyError when there is no such rule any more.
    """
    return _RULES[rule].threshold
