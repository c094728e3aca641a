"""The life of one alert: pending → firing → resolved. Pure: time is an argument, nothing is read or written.

absent ──breach──▶ pending ──breach held for `for_s`──▶ firing ──no breach──▶ resolved
                      └──────────no breach──────────▶ resolved (nobody was told, nobody is told)
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Literal

Event = Literal["trigger", "resolve"]


class Phase(str, Enum):
    """Where an alert is; the spelling of `alert_states.State`."""

    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Standing:
    """A phase and the moment its breach began, kept through resolution: an episode has one `since`."""

    phase: Phase
    since: datetime

    @property
    def is_open(self) -> bool:
        return self.phase is not Phase.RESOLVED


@dataclass(frozen=True, slots=True)
class Step:
    """What one observation leads to. `event` is what people must be told, None when nothing changed for
    them.
    """

    standing: Standing
    event: Event | None = None


def advance(previous: Standing | None, *, breached: bool, now: datetime, for_s: float) -> Step | None:
    """The next step, or None when there is nothing to remember (no breach, and none was open)."""
    if breached:
        return _breach(previous, now, for_s)
    if previous is None or not previous.is_open:
        return None
    told = previous.phase is Phase.FIRING
    return Step(Standing(Phase.RESOLVED, previous.since), "resolve" if told else None)


def _breach(previous: Standing | None, now: datetime, for_s: float) -> Step:
    if previous is not None and previous.phase is Phase.FIRING:
        return Step(previous)
    since = previous.since if previous is not None and previous.is_open else now
    if (now - since).total_seconds() < for_s:
        return Step(Standing(Phase.PENDING, since))
    return Step(Standing(Phase.FIRING, since), "trigger")


def dedup_key(project: str, rule: str, instance: str) -> str:
    """One key for all episodes of an alert, at most 255 characters (PagerDuty's limit), the rule readable in
    it.
    """
    digest = hashlib.sha256("\0".join((project, rule, instance)).encode()).hexdigest()[:32]
    return f"spanglass/{rule[:180]}/{digest}"


def notification_id(key: str, since: datetime, event: Event, channel: str) -> str:
    """A transition always has the same id: a pass that is repeated after a crash says nothing twice."""
    moment_ms = round(since.timestamp() * 1000)
    return "msg_" + hashlib.sha256(f"{key}\0{moment_ms}\0{event}\0{channel}".encode()).hexdigest()[:40]
