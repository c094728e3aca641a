"""References that know of seasons and names; windows cut into parts by time and by count."""

from __future__ import annotations

from typing import Any

import pytest
from evaluated_traffic import NOON_NS, SECOND, SettableClock, Traffic

from spanglass_collector.store import Store
from spanglass_evaluators.config import from_mapping
from spanglass_evaluators.drift.config import DriftConfig
from spanglass_evaluators.drift.drift import Drift
from spanglass_evaluators.engine.chunks import time_chunks
from spanglass_evaluators.engine.window_loop import WindowJob, WindowLoop
from spanglass_evaluators.engine.windows import Bounds, Part, WindowPlan, resolve
from spanglass_evaluators.errors import ConfigurationError

HOUR_NS = 3600 * SECOND
DAY_NS = 24 * HOUR_NS
TOKENS = Drift(DriftConfig(features=("OutputTokens",)))


def rows(store: Store, columns: str) -> list[tuple[Any, ...]]:
    return [tuple(r) for r in store.query(f"SELECT {columns} FROM window_scores ORDER BY WindowStart").result_rows]


def add(traffic: Traffic, tokens: int, at_ns: int, count: int = 40) -> None:
    traffic.add(["hi"] * count, received_ns=at_ns, OutputTokens=tokens)


def test_the_same_hour_of_the_days_before_is_the_reference(
    store: Store, traffic: Traffic, clock: SettableClock
) -> None:
    """Nights are long and days are short: against the hour before noon is drift, against other noons it is none."""
    for day in (0, 1, 2):
        add(traffic, 10, NOON_NS - day * DAY_NS - 1)
        add(traffic, 90, NOON_NS - day * DAY_NS - HOUR_NS - 1)
    plain = WindowPlan(label="plain", window_s=3600)
    seasonal = WindowPlan(label="seasonal", window_s=3600, reference=Part(season="day", cycles=2))

    WindowLoop([WindowJob(TOKENS, plain), WindowJob(TOKENS, seasonal)], clock).run_once(store)

    assert sorted(rows(store, "Cohort, N, ReferenceN, Drifted")) == [
        ("plain", 40, 40, True),
        ("seasonal", 40, 80, False),
    ]


def test_the_season_spans_its_cycles() -> None:
    """From the first cycle's window to the last one's."""
    reference, _ = resolve(
        WindowPlan(window_s=3600, reference=Part(season="week", cycles=3, where="Release = 'x'")), NOON_NS
    )

    assert (reference.start_ns, reference.end_ns) == (NOON_NS - HOUR_NS - 21 * DAY_NS, NOON_NS - 7 * DAY_NS)
    assert "Release = 'x'" in reference.where


def test_a_window_longer_than_its_season_is_refused() -> None:
    """Two days have no same hours a day before."""
    with pytest.raises(ConfigurationError, match="longer than a day"):
        resolve(WindowPlan(window_s=172_800, reference=Part(season="day")), NOON_NS)


def test_a_window_is_judged_in_chunks_of_time(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """Each hour against the window before; the hour in which the tokens rose is the one that drifted."""
    add(traffic, 10, NOON_NS - 4 * HOUR_NS)
    for hour, tokens in ((3, 10), (2, 10), (1, 90)):
        add(traffic, tokens, NOON_NS - (hour - 1) * HOUR_NS - 1)
    plan = WindowPlan(window_s=3 * 3600, chunk_s=3600, current=Part(NOON_NS - 3 * HOUR_NS, NOON_NS))

    WindowLoop([WindowJob(TOKENS, plan)], clock).run_once(store)

    assert rows(store, "N, ReferenceN, Drifted") == [(40, 40, False), (40, 40, False), (40, 40, True)]


def test_a_window_is_judged_in_chunks_of_spans(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """Chunks of 50 from the start on; the last 20 wait until they are 50."""
    start = NOON_NS - HOUR_NS
    add(traffic, 10, start - 1, count=60)
    add(traffic, 10, NOON_NS - 1, count=120)
    plan = WindowPlan(current=Part(start), chunk_rows=50)

    WindowLoop([WindowJob(TOKENS, plan)], clock).run_once(store)

    assert rows(store, "N, ReferenceN, Drifted") == [(50, 60, False), (50, 60, False)]


def test_chunks_of_an_ended_window_hold_all_of_it(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """Nothing more can come: the rest is a chunk too."""
    add(traffic, 10, NOON_NS - 1, count=120)
    plan = WindowPlan(current=Part(NOON_NS - HOUR_NS, NOON_NS), chunk_rows=50)

    WindowLoop([WindowJob(TOKENS, plan)], clock).run_once(store)

    assert [n for (n,) in rows(store, "N")] == [50, 50, 20]


def test_a_sliding_window_keeps_its_chunks() -> None:
    """A minute later the same whole hours are judged: their rows are replaced, not repeated."""
    plan = WindowPlan(chunk_s=3600)
    early, late = (time_chunks(plan, Bounds(now - DAY_NS, now, "1")) for now in (NOON_NS + 60 * SECOND, NOON_NS))

    assert [b for b in early if b in late] == early
    assert all(b.start_ns % HOUR_NS == 0 and b.end_ns - b.start_ns == HOUR_NS for b in early)


def test_a_reference_can_be_named() -> None:
    """One window of the past serves many plans; a name that is none is told."""
    settings = {"windows": {"launch": {"start": "2026-03-02", "end": "2026-03-09"}}, "drift": [{"reference": "launch"}]}
    [job] = from_mapping(settings).window_jobs

    assert job.plan.reference.has_times
    with pytest.raises(ConfigurationError, match=r"no such window; there are launch"):
        from_mapping({**settings, "drift": [{"reference": "lunch"}]})


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"chunk": "1h", "chunk_rows": 5, "current": {"start": "2026-01-01"}}, "not both"),
        ({"chunk_rows": 5}, "set current.start"),
        ({"reference": {"season": "year"}}, '"day" or "week"'),
        ({"reference": {"season": "day", "cycles": 0}}, "at least one"),
    ],
)
def test_a_wrong_plan_is_told_at_the_start(table: dict[str, Any], message: str) -> None:
    """Not at the first run, hours later."""
    with pytest.raises(ConfigurationError, match=message):
        from_mapping({"drift": [table]})
