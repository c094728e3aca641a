"""What a guard around the made-up calls decided: scores as the SDK's events become them, and attributes of the span."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

BLOCKED_EVERY = 45
MASKED_EVERY = 18
LATE_EVERY = 80
FAILED_EVERY = 120
SLOW_MS, USUAL_MS = 40.0, 2.0


class Decided(NamedTuple):
    """One decision, in the words of docs/sdk/guard.md."""

    action: str
    places: tuple[str, ...] = ()
    owasp: tuple[str, ...] = ()
    error: str = ""


def decided(i: int) -> Decided:
    """About what goes into call `i`. Late and failed ones are open: the text passed."""
    if i % BLOCKED_EVERY == 1:
        return Decided("block", ("injection.attack at 0 to 20", "pii.email at 4 to 9"), ("LLM01:2025", "LLM02:2025"))
    if i % MASKED_EVERY == 3:
        return Decided("mask", ("pii.email at 4 to 9", "pii.phone at 12 to 20"), ("LLM02:2025",))
    if i % LATE_EVERY == 5:
        return Decided("allow", error="deadline: injection")
    if i % FAILED_EVERY == 7:
        return Decided("allow", error="injection: ValueError")
    return Decided("allow")


def explanation(one: Decided) -> str:
    return "; ".join([*([f"error: {one.error}"] if one.error else []), *one.places])


def attributes(i: int) -> dict[str, str]:
    """Of the span of call `i`; lists are JSON, as the store has them."""
    one, prefix = decided(i), "spanglass.guard.input."
    kinds = [place.partition(" ")[0] for place in one.places]
    told: dict[str, Any] = {"kinds": kinds, "owasp": list(one.owasp)}
    took_ms = SLOW_MS if one.error else USUAL_MS
    found = {prefix + name: json.dumps(value, separators=(",", ":")) for name, value in told.items() if value}
    return {prefix + "action": one.action, prefix + "elapsed_ms": str(took_ms), **found}
