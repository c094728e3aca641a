"""Streams of scores: a change is found soon and once, the hour of the day is no change, a restart forgets nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from evaluated_traffic import NOON_NS, SECOND, SettableClock, Traffic
from hypothesis import given, settings
from hypothesis import strategies as st

from spanglass_collector.store import Store
from spanglass_evaluators import Window, WindowJudgement
from spanglass_evaluators.config import from_mapping
from spanglass_evaluators.drift.detectors import DETECTORS, changes
from spanglass_evaluators.drift.streams import StreamConfig, StreamDrift
from spanglass_evaluators.engine.window_loop import WindowLoop
from spanglass_evaluators.errors import ConfigurationError

HOUR_NS = 3600 * SECOND


def window(values: Any, first: int = 0, every_ns: int = SECOND) -> Window:
    times = [(first + i) * every_ns for i in range(len(values))]
    return Window(0, 1, {"x": list(values), "time_ns": times}, len(values))


def judge(before: Window, now: Window, **config: Any) -> dict[str, WindowJudgement]:
    return {j.method: j for j in StreamDrift(StreamConfig(features=("x",), **config)).judge(before, now)}


@pytest.mark.parametrize("detector", DETECTORS)
def test_a_shift_of_one_deviation_is_found_within_150_values(detector: str) -> None:
    """And nothing is found in the 600 values before it."""
    values = np.random.default_rng(0).normal(size=1000)
    values[600:] += 1

    found = changes(detector, values)

    assert found
    assert 600 <= found[0] < 750


def test_the_moment_of_the_change_is_told() -> None:
    """Refusals rise from 2 % to 30 % in the middle of the current window."""
    draw = np.random.default_rng(1).random
    before, now = (draw(1000) < 0.02) * 1.0, (draw(600) < np.where(np.arange(600) < 300, 0.02, 0.3)) * 1.0

    found = judge(window(before), window(now, first=1000))["adwin"]

    assert found.drifted is True
    assert "changed at 1970-01-01 00:2" in found.explanation  # value 1300 came after 21 min 40 s
    assert found.effect_size is not None
    assert found.effect_size > 1


def test_a_change_of_the_reference_is_not_the_currents() -> None:
    """What changed before is what is usual now."""
    draw = np.random.default_rng(1).normal
    before = np.concatenate([draw(0, 1, 1000), draw(3, 1, 1000)])

    found = judge(window(before), window(draw(3, 1, 500), first=2000))

    assert [j.drifted for j in found.values()] == [False, False]


def test_nights_are_no_change_where_the_season_is_known() -> None:
    """The values follow the clock: every day changes without a season, none with one."""
    days = np.tile(np.repeat([0.0, 4.0], 60), 10) + np.random.default_rng(2).normal(0, 1, 1200)
    before, now = (
        window(days[part], first, every_ns=HOUR_NS // 5)
        for part, first in ((slice(0, 960), 0), (slice(960, None), 960))
    )

    plain, seasonal = judge(before, now), judge(before, now, season="day")

    assert plain["adwin"].statistic
    assert seasonal["adwin"].statistic == 0


def test_the_order_of_rows_does_not_count() -> None:
    """The store hands rows out by hash; the time says what came first."""
    values = np.random.default_rng(3).normal(size=800)
    now = window(values[400:] + 1, first=400)
    order = np.random.default_rng(0).permutation(400)
    shuffled = Window(0, 1, {name: [column[i] for i in order] for name, column in now.columns.items()}, 400)

    assert judge(window(values[:400]), now) == judge(window(values[:400]), shuffled)


values = st.lists(st.one_of(st.none(), st.floats(allow_nan=True), st.integers(0, 1)), max_size=120)


@settings(max_examples=25, deadline=None)
@given(values, values)
def test_no_stream_crashes_the_run(before: list[Any], now: list[Any]) -> None:
    """Too little is said; strange values have a verdict."""
    found = judge(window(before), window(now, first=len(before)), min_rows=20)

    assert all((j.drifted is None) == ("not enough data" in j.explanation) for j in found.values())


def test_a_restart_repeats_the_verdict(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """Another process without any memory shows the detectors the same windows: the same rows, and no more of them."""
    traffic.add(["hi"] * 300, received_ns=NOON_NS - HOUR_NS - SECOND, OutputTokens=10)
    traffic.add(["hi"] * 200, received_ns=NOON_NS - SECOND, OutputTokens=90)
    settings_ = {"drift": [], "stream": [{"window": "1h", "features": ["OutputTokens"], "detectors": ["page_hinkley"]}]}
    select = "SELECT Name, Feature, Method, Drifted, N, ReferenceN, Explanation FROM window_scores"

    runs = []
    for _ in range(2):
        WindowLoop(from_mapping(settings_).window_jobs, clock).run_once(store)
        runs.append(store.query(select).result_rows)

    assert [row[:6] for row in runs[0]] == [("stream_drift", "OutputTokens", "page_hinkley", True, 200, 300)]
    assert runs[0] == runs[1]


def test_an_unknown_detector_is_told() -> None:
    """With those that there are."""
    with pytest.raises(ConfigurationError, match=r"no detector 'ddm'; there are adwin"):
        from_mapping({"stream": [{"detectors": ["ddm"]}]})
