"""The life of one alert: pending → firing → resolved. Pure: time is an argument, nothing is read or written.

absent ──breach──▶ pending ──breach held for `for_s`──▶ firing ──no breach for `clear_for_s`──▶ resolved
                      └──────────no breach──────────▶ resolved (nobody was told, nobody is told)

An alert that fired `flap_limit` times within `flap_window_s` stays firing until it was quiet for all of
`flap_window_s`: one page about something unsteady instead of one for each of its swings.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Literal

Event = Literal["trigger", "acknowledge", "resolve", "repeat"]


class Phase(str, Enum):
    """Where an alert is; the spelling of `alert_states.State`."""

    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Terms:
    """How slowly a rule's alerts change: seconds of breach before firing, of calm before resolving; damping."""

    for_s: float = 0.0
    clear_for_s: float = 0.0
    flap_limit: int = 4
    flap_window_s: float = 3600.0


DEFAULT_TERMS = Terms()


@dataclass(frozen=True, slots=True)
class Standing:
    """A phase and the moment its breach began, kept through resolution: an episode has one `since`."""

    phase: Phase
    since: datetime
    fired: tuple[datetime, ...] = ()
    """When it began to fire within the flap window, oldest first."""
    calm_since: datetime | None = None
    """Firing, but without a breach since then."""

    @property
    def is_open(self) -> bool:
        return self.phase is not Phase.RESOLVED

    @property
    def is_firing(self) -> bool:
        return self.phase is Phase.FIRING


def advance(previous: Standing | None, *, breached: bool, now: datetime, terms: Terms) -> Standing | None:
    """The next standing, or None when there is nothing to remember (no breach, and none was open)."""
    if breached:
        return _breach(previous, now, terms)
    if previous is None or not previous.is_open:
        return None
    if previous.phase is Phase.PENDING:
        return replace(previous, phase=Phase.RESOLVED)
    return _calm(previous, now, terms)


def is_flapping(standing: Standing, terms: Terms) -> bool:
    """Whether its newest firing was one too many for the flap window that ended with it."""
    return len(standing.fired) >= terms.flap_limit


def _breach(previous: Standing | None, now: datetime, terms: Terms) -> Standing:
    if previous is not None and previous.is_firing:
        return replace(previous, calm_since=None)
    since = previous.since if previous is not None and previous.is_open else now
    fired = _recent(previous.fired, now, terms) if previous is not None else ()
    if (now - since).total_seconds() < terms.for_s:
        return Standing(Phase.PENDING, since, fired)
    return Standing(Phase.FIRING, since, (*fired, now))


def _calm(previous: Standing, now: datetime, terms: Terms) -> Standing:
    calm_since = previous.calm_since or now
    needed_s = max(terms.clear_for_s, terms.flap_window_s if is_flapping(previous, terms) else 0.0)
    if (now - calm_since).total_seconds() < needed_s:
        return replace(previous, calm_since=calm_since)
    return replace(previous, phase=Phase.RESOLVED, calm_since=None)


def _recent(fired: tuple[datetime, ...], now: datetime, terms: Terms) -> tuple[datetime, ...]:
    return tuple(moment for moment in fired if (now - moment).total_seconds() < terms.flap_window_s)


def dedup_key(project: str, rule: str, instance: str) -> str:
    """One key for all episodes of a page, at most 255 characters (PagerDuty's limit), the rule readable in
    it. `instance`: the labels that tell the rule's pages apart, as JSON.
    """
    digest = hashlib.sha256("\0".join((project, rule, instance)).encode()).hexdigest()[:32]
    return f"spanglass/{rule[:180]}/{digest}"


def notification_id(key: str, since: datetime, event: Event, channel: str, detail: str = "") -> str:
    """A transition always has the same id: a pass that is repeated after a crash says nothing twice.

    `detail` tells apart what is said more than once in an episode: who has joined the page, which repetition.
    """
    moment_ms = round(since.timestamp() * 1000)
    parts = (key, str(moment_ms), event, channel, *([detail] if detail else []))
    return "msg_" + hashlib.sha256("\0".join(parts).encode()).hexdigest()[:40]
