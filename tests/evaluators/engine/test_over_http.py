"""In production the evaluators are another process: all they do works through the collector's SQL endpoint."""

from __future__ import annotations

import pytest
from evaluated_traffic import NOON_NS, SECOND, SettableClock, Traffic

from spanglass_collector.store import ClickHouseStore
from spanglass_evaluators.bias.group_gap import GroupGap, GroupGapConfig
from spanglass_evaluators.drift.drift import Drift, DriftConfig
from spanglass_evaluators.engine.claim import Selection
from spanglass_evaluators.engine.span_loop import SpanJob, SpanLoop
from spanglass_evaluators.engine.window_loop import WindowJob, WindowLoop
from spanglass_evaluators.engine.windows import WindowPlan
from spanglass_evaluators.quality.refusal import Refusal

PROJECT = "evaluated-over-http"


@pytest.fixture
def traffic(shared_store: ClickHouseStore) -> Traffic:
    """A day of few refusals, then a day of many, more of them for one group."""
    traffic = Traffic(shared_store)
    for group, refused in (("f", 4), ("m", 4)):
        answers = ["I cannot help with that."] * refused + ["Here you are."] * (50 - refused)
        traffic.add(answers, received_ns=NOON_NS - 7200 * SECOND, metadata={"gender": group}, Project=PROJECT)
    for group, refused in (("f", 40), ("m", 10)):
        answers = ["I cannot help with that."] * refused + ["Here you are."] * (50 - refused)
        traffic.add(answers, received_ns=NOON_NS - SECOND, metadata={"gender": group}, Project=PROJECT)
    return traffic


def test_spans_and_windows_are_judged_through_the_endpoint(
    shared_store: ClickHouseStore, traffic: Traffic, clock: SettableClock
) -> None:
    """Claim, score, watermark, windows, gaps: the same SQL, over HTTP, with no row twice."""
    job = SpanJob(Refusal(), Selection(where=f"Project = '{PROJECT}'", batch_rows=30))
    plan = WindowPlan(project=PROJECT, window_s=3600 * 2)
    windows = WindowLoop(
        [
            WindowJob(Drift(DriftConfig(features=("score:refusal", "output_text"), permutations=99)), plan),
            WindowJob(GroupGap(GroupGapConfig("metadata.gender", features=("score:refusal",))), plan),
        ],
        clock,
    )

    first, second = (SpanLoop([job], clock).run_once(shared_store)["refusal"].scored for _ in range(2))
    windows.run_once(shared_store)

    assert (first, second) == (200, 0)
    sql = "SELECT Feature, Cohort, Drifted FROM window_scores WHERE Project = {p:String} ORDER BY Feature, Cohort"
    assert shared_store.query(sql, {"p": PROJECT}).result_rows == [
        ("output_text", "", True),
        ("score:refusal", "", True),
        ("score:refusal", "gender=f vs gender=m", True),
    ]
