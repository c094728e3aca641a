"""Sends what the outbox holds for one channel, at least once: the outcome is written after each message.

When to try again is written in the row (`NextAttemptAt`), so a restart continues the schedule where it was.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from spanglass_collector.alerts import outbox
from spanglass_collector.alerts.channels.contract import Channel, Delivered, Outcome, Refused, RetryLater
from spanglass_collector.alerts.outbox import Entry
from spanglass_collector.store import Store

_LOG = logging.getLogger(__name__)
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Schedule:
    """Exponential backoff. `jitter` in [0, 1): the delay is between half and all of the exponential one."""

    base_s: float = 2.0
    longest_s: float = 900.0
    give_up_after_s: float = 86_400.0

    def delay_s(self, attempts: int, jitter: float) -> float:
        full = min(self.longest_s, self.base_s * 2.0 ** min(attempts, 30))
        return full * (0.5 + jitter / 2)


@dataclass(slots=True)
class Tally:
    """Counts of one delivery pass."""

    delivered: int = 0
    postponed: int = 0
    dead: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.delivered + other.delivered, self.postponed + other.postponed, self.dead + other.dead)


def deliver(
    store: Store,
    name: str,
    channel: Channel,
    clock: Clock,
    *,
    jitter: Callable[[], float],
    schedule: Schedule = Schedule(),
) -> Tally:
    """Send what is due. After a failure that may pass, the rest of the channel waits for the next call.

    Blocks for as long as the channel takes. Raises StoreError.
    """
    tally = Tally()
    waiting = outbox.pending(store, name)
    outdated = outbox.outdated(waiting)
    outbox.update(store, [outbox.superseded(entry) for entry in outdated], clock())
    for entry in outbox.due([entry for entry in waiting if entry not in outdated], clock()):
        outcome = _send(name, channel, entry, clock())
        after = _after(entry, outcome, clock(), jitter(), schedule)
        outbox.update(store, [after], clock())
        _count(tally, after)
        if isinstance(outcome, RetryLater):
            break
    return tally


def _send(name: str, channel: Channel, entry: Entry, now: datetime) -> Outcome:
    said = entry.message.notification
    try:
        outcome = channel.send(said, now)
    except Exception as error:  # noqa: BLE001  the wall around channels: a fault in one must not end delivery
        _LOG.exception("alert channel %s failed on %s", name, said.id)
        outcome = RetryLater(f"{type(error).__name__}: {error}")
    if not isinstance(outcome, Delivered):
        _LOG.warning("alert %s (%s) not delivered to %s: %s", said.rule, said.event, name, outcome.reason)
    return outcome


def _after(entry: Entry, outcome: Outcome, now: datetime, jitter: float, schedule: Schedule) -> Entry:
    """Pure: the entry as it stands after an attempt."""
    if isinstance(outcome, Delivered):
        return outbox.delivered(entry)
    if isinstance(outcome, Refused):
        return outbox.dead(entry, outcome.reason)
    if (now - entry.created_at).total_seconds() > schedule.give_up_after_s:
        return outbox.dead(entry, f"given up after {schedule.give_up_after_s:g} s: {outcome.reason}")
    delay_s = max(schedule.delay_s(entry.attempts, jitter), outcome.after_s)
    return outbox.postponed(entry, now + timedelta(seconds=delay_s), outcome.reason)


def _count(tally: Tally, entry: Entry) -> None:
    tally.delivered += entry.status == "delivered"
    tally.dead += entry.status == "dead"
    tally.postponed += entry.status == "pending"
