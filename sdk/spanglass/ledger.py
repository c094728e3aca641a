"""The loss ledger: what became of every finished span, so that no drop is silent.

After `flush()`: created = exported + spooled + sum(dropped) + sum(sampled_out); the last two are by reason. What is
spooled is on disk, for this process or another to deliver: `replayed` counts what this one delivered of it, `evicted`
what it gave up. A span that waits for its trace's end (tail sampling) is counted once its fate is known.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field

NO_ENDPOINT = "no_endpoint"  # spans are made, but nobody configured where to send them
QUEUE_FULL = "queue_full"  # more spans than the queue's bound wait for the collector
QUEUE_BYTES = "queue_bytes"  # ... or more bytes
REFUSED = "refused"  # the collector answered that it will never take the request
REJECTED = "rejected"  # the collector took the request without these spans (partial success)
UNREACHABLE = "unreachable"  # retries lasted their whole deadline
SHUTDOWN = "shutdown"  # not delivered before the exit deadline
UNENCODABLE = "unencodable"  # a span that could not be written as OTLP
TAIL_BUFFER_FULL = "tail_buffer_full"  # more undecided spans wait for their traces to end than the buffer holds
INTERNAL = "internal"  # a defect of ours in the exporter
OVERLOAD = "overload"  # tracing went over its budget of CPU and keeps only some traces

# Lost before a request was made of them; every other reason is the outcome of a request.
BEFORE_EXPORT = frozenset({NO_ENDPOINT, QUEUE_FULL, QUEUE_BYTES, UNENCODABLE, OVERLOAD, TAIL_BUFFER_FULL, INTERNAL})


@dataclass(frozen=True, slots=True)
class Stats:
    """Counts since the process (or the fork) began; `queued` spans are still waiting."""

    created: int
    exported: int
    queued: int
    dropped: dict[str, int]
    retries: int
    internal_errors: int
    spooled: int = 0
    replayed: int = 0
    evicted: int = 0
    sampled_out: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Ledger:
    """Counters; every method may be called from any thread.

    The lock is reentrant because a span can end inside the garbage collector, which runs anywhere.
    """

    created: int = 0
    exported: int = 0
    retries: int = 0
    internal_errors: int = 0
    spooled: int = 0
    replayed: int = 0
    evicted: int = 0
    started_ns: int = field(default_factory=time.time_ns)
    dropped: Counter[str] = field(default_factory=Counter)
    sampled_out: Counter[str] = field(default_factory=Counter)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def count_created(self) -> None:
        with self.lock:
            self.created += 1

    def count_exported(self, spans: int) -> None:
        with self.lock:
            self.exported += spans

    def count_dropped(self, reason: str, spans: int) -> None:
        if spans:
            with self.lock:
                self.dropped[reason] += spans

    def count_spooled(self, spans: int) -> None:
        with self.lock:
            self.spooled += spans

    def count_replayed(self, spans: int) -> None:
        with self.lock:
            self.replayed += spans

    def count_evicted(self, spans: int) -> None:
        with self.lock:
            self.evicted += spans

    def count_sampled_out(self, reason: str, spans: int) -> None:
        """Spans that sampling left out: created, and wanted by nobody."""
        with self.lock:
            self.created += spans
            self.sampled_out[reason] += spans

    def count_retry(self) -> None:
        with self.lock:
            self.retries += 1

    def count_internal_error(self) -> None:
        with self.lock:
            self.internal_errors += 1

    def read(self, queued: int) -> Stats:
        """One consistent reading."""
        with self.lock:
            return Stats(
                created=self.created,
                exported=self.exported,
                queued=queued,
                dropped=dict(self.dropped),
                retries=self.retries,
                internal_errors=self.internal_errors,
                spooled=self.spooled,
                replayed=self.replayed,
                evicted=self.evicted,
                sampled_out=dict(self.sampled_out),
            )

    def reset(self) -> None:
        """A forked child starts from zero: what the parent counted, the parent reports."""
        self.lock = threading.RLock()
        self.created = self.exported = self.retries = self.internal_errors = 0
        self.spooled = self.replayed = self.evicted = 0
        self.started_ns = time.time_ns()
        self.dropped = Counter()
        self.sampled_out = Counter()


ledger = Ledger()
