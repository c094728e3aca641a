"""Windows are cut where the plan says, and judged rows say what was compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from evaluated_traffic import NOON_NS, SECOND, SettableClock, Traffic

from spanglass_collector.store import Store
from spanglass_evaluators import Window, WindowJudgement
from spanglass_evaluators.bias.group_gap import GroupGap, GroupGapConfig
from spanglass_evaluators.drift.drift import Drift, DriftConfig
from spanglass_evaluators.engine.span_loop import SpanJob, SpanLoop
from spanglass_evaluators.engine.window_loop import WindowJob, WindowLoop
from spanglass_evaluators.engine.windows import Part, WindowPlan, resolve
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.quality.refusal import Refusal

HOUR_NS = 3600 * SECOND
REFUSALS = ["I cannot help with that."]
ANSWERS = ["Here you are."]


def rows(store: Store, columns: str) -> list[tuple[Any, ...]]:
    return [tuple(r) for r in store.query(f"SELECT {columns} FROM window_scores ORDER BY Feature, Cohort").result_rows]


def test_a_rise_in_refusals_is_stored_as_drift(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """The score written by a span evaluator is a feature of the window evaluator."""
    traffic.add(ANSWERS * 90 + REFUSALS * 10, received_ns=NOON_NS - HOUR_NS - SECOND)
    traffic.add(ANSWERS * 40 + REFUSALS * 60, received_ns=NOON_NS - SECOND)
    SpanLoop([SpanJob(Refusal())], clock).run_once(store)
    drift = Drift(DriftConfig(features=("score:refusal", "OutputTokens")))

    WindowLoop([WindowJob(drift, WindowPlan(window_s=3600))], clock).run_once(store)

    assert rows(store, "Project, Name, Feature, Method, round(EffectSize, 3), Drifted, N, ReferenceN") == [
        ("default", "drift", "OutputTokens", "", None, None, 0, 0),
        ("default", "drift", "score:refusal", "two_proportions", 0.5, True, 100, 100),
    ]
    assert rows(store, "toUnixTimestamp64Nano(WindowStart::DateTime64(9)), ReferenceEnd = WindowStart")[0] == (
        NOON_NS - HOUR_NS,
        True,
    )


def test_a_filter_alone_compares_within_one_time(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """Two model versions that answered side by side, model by model."""
    for model in ("gpt-x", "gpt-y"):
        for version, tokens in (("0314", 10), ("0613", 90)):
            traffic.add(
                ["hi"] * 40,
                received_ns=NOON_NS - SECOND,
                RequestModel=model,
                ModelVersion=version,
                OutputTokens=tokens,
            )
    plan = WindowPlan(
        label="snapshots",
        reference=Part(where="ModelVersion = '0314'"),
        current=Part(where="ModelVersion = '0613'"),
        by="RequestModel",
    )
    drift = Drift(DriftConfig(features=("OutputTokens",)))

    WindowLoop([WindowJob(drift, plan)], clock).run_once(store)

    assert rows(store, "Cohort, N, ReferenceN, Drifted") == [
        ("snapshots, RequestModel=gpt-x", 40, 40, True),
        ("snapshots, RequestModel=gpt-y", 40, 40, True),
    ]


def test_a_group_that_is_refused_more_is_stored_as_a_gap(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """The cohort says which groups, the columns how sure it is."""
    traffic.add(ANSWERS * 30 + REFUSALS * 70, received_ns=NOON_NS - SECOND, metadata={"gender": "f"})
    traffic.add(ANSWERS * 90 + REFUSALS * 10, received_ns=NOON_NS - SECOND, metadata={"gender": "m"})
    SpanLoop([SpanJob(Refusal())], clock).run_once(store)
    gap = GroupGap(GroupGapConfig("metadata.gender", features=("score:refusal",)))

    WindowLoop([WindowJob(gap)], clock).run_once(store)

    columns = "Name, Feature, Cohort, round(EffectSize, 3), EffectLow < EffectSize, Drifted"
    assert rows(store, columns) == [("group_gap", "score:refusal", "gender=f vs gender=m", 0.6, True, True)]


def test_groups_that_a_question_names_are_compared_within_models(
    store: Store, traffic: Traffic, clock: SettableClock
) -> None:
    """From the text of stored questions; the row has the ratio and the gap with the mix of models held fixed."""
    for model in ("gpt-x", "gpt-y"):
        for faith, refused in (("Muslim", 30), ("Sikh", 10)):
            traffic.add(
                REFUSALS * refused + ANSWERS * (50 - refused), received_ns=NOON_NS - SECOND, ResponseModel=model,
                InputMessages=f"May a {faith} do this?",
            )  # fmt: skip
    SpanLoop([SpanJob(Refusal())], clock).run_once(store)
    gap = GroupGap(GroupGapConfig("named.religion", features=("score:refusal",)))

    WindowLoop([WindowJob(gap)], clock).run_once(store)

    columns = "Cohort, round(EffectSize, 3), round(Ratio, 3), RatioLow < 3 AND 3 < RatioHigh"
    assert rows(store, f"{columns}, round(WithinEffect, 3), Reversed") == [
        ("named.religion=muslim vs named.religion=sikh", 0.4, 3.0, True, 0.4, False),
    ]


def test_judging_the_same_windows_again_replaces(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """A schedule restarted in the middle of its period adds no second row."""
    traffic.add(["hi"] * 5, received_ns=NOON_NS - HOUR_NS)
    job = WindowJob(Drift(DriftConfig(features=("OutputTokens",))))

    for _ in range(2):
        loop = WindowLoop([job], clock)
        loop.run_due(store)
        loop.run_due(store)

    assert len(rows(store, "Feature")) == 1


def test_a_schedule_runs_once_a_period(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """Nothing is due before the period is over."""
    loop = WindowLoop([WindowJob(Drift(), WindowPlan(every_s=600))], clock)

    runs = [len(loop.run_due(store))]
    for seconds in (1, 598, 2):
        clock.advance(seconds)
        runs.append(len(loop.run_due(store)))

    assert runs == [1, 0, 0, 1]


def test_windows_can_end_at_the_newest_span(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """Imported traffic of last year is judged as if it were of now."""
    traffic.add(["hi"] * 40, received_ns=NOON_NS - 9000 * HOUR_NS, OutputTokens=5)
    job = WindowJob(Drift(DriftConfig(features=("OutputTokens",))), WindowPlan(anchor="latest", window_s=3600))

    WindowLoop([job], clock).run_once(store)

    assert rows(store, "N, ReferenceN") == [(40, 0)]


class Explodes:
    """A window evaluator with a bug."""

    name, version, config = "explodes", "1", None
    columns = ("OutputTokens",)

    def judge(self, reference: Window | None, current: Window) -> Sequence[WindowJudgement]:
        raise ValueError("a bug")


def test_a_raising_evaluator_writes_why(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """And the next job is judged all the same."""
    traffic.add(["hi"], received_ns=NOON_NS - SECOND)
    jobs = [WindowJob(Explodes()), WindowJob(Drift(DriftConfig(features=("OutputTokens",))))]

    done = WindowLoop(jobs, clock).run_once(store)

    assert [(p.evaluator, p.scored, p.failed) for p in done] == [("explodes", 0, 1), ("drift", 1, 0)]
    assert rows(store, "Name, Error")[0] == ("explodes", "ValueError: a bug")


def test_a_wrong_filter_is_reported(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """The store's refusal is in the progress; other jobs run."""
    traffic.add(["hi"], received_ns=NOON_NS - SECOND)

    [wrong, right] = WindowLoop([WindowJob(Drift(), WindowPlan(where="Nope = 1")), WindowJob(Drift())], clock).run_once(
        store
    )

    assert "Nope" in wrong.error
    assert right.error == ""


@pytest.mark.parametrize(
    ("plan", "reference", "current"),
    [
        (WindowPlan(window_s=10), (80, 90), (90, 100)),
        (WindowPlan(window_s=10, reference=Part(0, 20 * SECOND)), (0, 20), (90, 100)),
        (WindowPlan(current=Part(50 * SECOND, 60 * SECOND)), (40, 50), (50, 60)),
        (WindowPlan(window_s=10, reference=Part(where="x")), (90, 100), (90, 100)),
    ],
)
def test_where_windows_lie(plan: WindowPlan, reference: tuple[int, int], current: tuple[int, int]) -> None:
    """Sliding, fixed reference, fixed current, and side by side."""
    found = resolve(plan, 100 * SECOND)

    assert [(b.start_ns // SECOND, b.end_ns // SECOND) for b in found] == [reference, current]


def test_a_window_must_not_end_before_it_starts() -> None:
    """A typing error in a date is told, not judged as an empty window."""
    with pytest.raises(ConfigurationError, match="end after it starts"):
        resolve(WindowPlan(current=Part(20, 10)), 100)
