"""pass^k and classification out of stored spans."""

from __future__ import annotations

from typing import Any

from evaluated_traffic import NOON_NS, SECOND, SettableClock, Traffic

from spanglass_collector.store import Store
from spanglass_evaluators.engine.window_loop import WindowJob, WindowLoop
from spanglass_evaluators.engine.windows import WindowPlan
from spanglass_evaluators.quality.reference.classification import Classification
from spanglass_evaluators.quality.trajectory.pass_k_window import PassK

DECLARED = "SpanAttributes['spanglass.metadata.{}'] != ''"


def judged(store: Store, evaluator: Any, declared: str, clock: SettableClock) -> dict[tuple[str, str], float]:
    """Feature and cohort → statistic."""
    plan = WindowPlan(window_s=3600, where=DECLARED.format(declared))
    WindowLoop([WindowJob(evaluator, plan)], clock).run_once(store)
    rows = store.query("SELECT Feature, Cohort, round(Statistic, 4) FROM window_scores WHERE Error = ''").result_rows
    return {(feature, cohort): value for feature, cohort, value in rows}


def test_pass_k_of_stored_runs(store: Store, traffic: Traffic, clock: SettableClock) -> None:
    """Two tasks of three trials: one always done, one once; spans of other traffic do not count."""
    for task, rewards in (("a", "111"), ("b", "100")):
        for reward in rewards:
            traffic.add(["done"], received_ns=NOON_NS - SECOND, metadata={"task_id": task, "reward": reward})
    traffic.add(["hello"], received_ns=NOON_NS - SECOND)

    found = judged(store, PassK(), "task_id", clock)

    assert found == {("pass^1", ""): 0.6667, ("pass^2", ""): 0.5, ("pass^3", ""): 0.5}


def test_classification_pairs_each_answer_with_its_own_truth(
    store: Store, traffic: Traffic, clock: SettableClock
) -> None:
    """Twenty answers, each equal to its reference: any other pairing would be wrong somewhere."""
    labels = ["spam", "ham", "eggs", "toast"] * 5
    for label in labels:
        traffic.add([label], received_ns=NOON_NS - SECOND, metadata={"reference": label})
    traffic.add(["ham"] * 5, received_ns=NOON_NS - SECOND, metadata={"reference": "spam"})

    found = judged(store, Classification(), "reference", clock)

    assert found[("accuracy", "")] == 0.8
    assert found[("recall", "eggs")] == found[("precision", "toast")] == 1.0
    assert (found[("recall", "spam")], found[("precision", "ham")]) == (0.5, 0.5)
