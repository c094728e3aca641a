"""What a channel is, and what may become of a message. Outcomes are values: an unreachable pager is
expected.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

from spanglass_collector.alerts.notification import Notification
from spanglass_collector.alerts.table import Table


@dataclass(frozen=True, slots=True)
class Delivered:
    """The other side has it."""


@dataclass(frozen=True, slots=True)
class RetryLater:
    """The same message may be taken later; `after_s` is what the other side asked for, 0 when it did not."""

    reason: str
    after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Refused:
    """The message will never be taken as it is."""

    reason: str


Outcome: TypeAlias = "Delivered | RetryLater | Refused"


class Channel(Protocol):
    """One address. Called by one thread at a time; may block for its own timeout."""

    def send(self, notification: Notification, now: datetime) -> Outcome:
        """Say it once. The same notification may come again (`id` is then the same); must not raise for
        what the other side does.
        """
        ...


class ChannelFactory(Protocol):
    """Builds a channel from its table in `[alerts.channels]`; raises ConfigurationError."""

    def __call__(self, table: Table, environ: Mapping[str, str]) -> Channel: ...


@dataclass(frozen=True, slots=True)
class ChannelKind:
    """How a kind is built. `repeat_s`: it forgets alerts that are not said again this often; 0: it does not."""

    build: ChannelFactory
    repeat_s: float = 0.0
