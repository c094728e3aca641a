"""A decision on the span: attributes to look for, and a score to count. Never fails into the application."""

from __future__ import annotations

from opentelemetry import trace as otel

from spanglass.guarded.decision import Decision
from spanglass.record.handle import Handle, current_span
from spanglass.safety import wall
from spanglass.traced.block import span

PREFIX = "spanglass.guard."
_MOST_PLACES = 20


def record(decision: Decision) -> None:
    """On the current span; where there is none, on a span of its own."""
    try:
        if otel.get_current_span().is_recording():
            _write(current_span(), decision)
        else:
            with span("guard", kind="guardrail") as own:
                _write(own, decision)
    except Exception as error:  # noqa: BLE001 - the SDK safety wall
        wall.caught("guard", error)


def _write(handle: Handle, decision: Decision) -> None:
    prefix = f"{PREFIX}{decision.side}."
    handle.set_attribute(prefix + "action", decision.action)
    handle.set_attribute(prefix + "elapsed_ms", round(decision.elapsed_ms, 3))
    if decision.kinds:
        handle.set_attribute(prefix + "kinds", decision.kinds)
    if decision.owasp:
        handle.set_attribute(prefix + "owasp", decision.owasp)
    if decision.error:
        handle.set_attribute(prefix + "error", decision.error)
    acted = decision.action != "allow"
    handle.score(f"guard.{decision.side}", float(acted), decision.action, _explained(decision))


def _explained(decision: Decision) -> str:
    """Kinds and places; the text itself never leaves."""
    places = [f"{one.check}.{one.kind} at {one.start} to {one.end}" for one in decision.found[:_MOST_PLACES]]
    return "; ".join([*([f"error: {decision.error}"] if decision.error else []), *places])
