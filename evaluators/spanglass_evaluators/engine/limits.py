"""What an evaluator may take: batches at once, time, further tries, and a budget."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Budget:
    """The most an evaluator may use in an hour or a day (UTC), over all workers; None: no bound.

    A call is a target handed to the evaluator. CPU is that of the thread that scores, without threads a library
    starts itself.
    """

    calls_per_hour: float | None = None
    calls_per_day: float | None = None
    usd_per_hour: float | None = None
    usd_per_day: float | None = None
    cpu_s_per_hour: float | None = None
    cpu_s_per_day: float | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """`batches_at_once`: batches in work. `batch_timeout_s`: for one try of one batch, after which it has failed.

    `retries`: further tries for what failed and says that another try may help.
    """

    batches_at_once: int = 1
    batch_timeout_s: float = 600.0
    retries: int = 2
    budget: Budget = field(default_factory=Budget)
