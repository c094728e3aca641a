"""A notification in the words and pieces that chat channels and mail share. No prompt text: ids, numbers, names."""

from __future__ import annotations

from dataclasses import dataclass

from spanglass_collector.alerts.notification import Notification

_HEADINGS = {"trigger": "", "repeat": "", "acknowledge": "Acknowledged: ", "resolve": "Resolved: "}
_LONGEST_FACT = 500


@dataclass(frozen=True, slots=True)
class Link:
    """An address with the words to show for it."""

    text: str
    href: str


def heading(said: Notification) -> str:
    """`[critical] Model calls fail: ...`, `Resolved: ...`."""
    before = _HEADINGS[said.event]
    return f"{before}{said.summary}" if before else f"[{said.severity}] {said.summary}"


def facts(said: Notification) -> list[tuple[str, str]]:
    """What is wrong, since when, how bad, what shows it: name and value, the most important first."""
    found = [
        ("Severity", said.severity),
        ("Since", f"{said.since:%Y-%m-%d %H:%M:%S} UTC"),
        ("Value", "" if said.value is None else f"{said.value:.4g} ({said.condition})"),
        ("Project", said.project),
        ("Rule", said.rule),
        ("Labels", ", ".join(f"{name}={value}" for name, value in sorted(said.labels.items()))),
        ("Acknowledged by", str(said.details.get("acknowledged_by", ""))),
        ("Why", said.explanation),
        ("Traces", "" if said.trace_links else ", ".join(said.trace_ids)),
        ("Runbook", "" if _is_address(said.runbook) else said.runbook),
    ]
    return [(name, shortened(value, _LONGEST_FACT)) for name, value in found if value]


def links(said: Notification) -> list[Link]:
    """The traces that show it, and the runbook."""
    found = [
        Link(f"Trace {trace_id[:8]}", href) for href, trace_id in zip(said.trace_links, said.trace_ids, strict=False)
    ]
    return [*found, Link("Runbook", said.runbook)] if _is_address(said.runbook) else found


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _is_address(text: str) -> bool:
    return text.startswith(("http://", "https://"))
