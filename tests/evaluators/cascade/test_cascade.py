"""A cascade gives each stage only what those before left undecided, and says who decided and what that saved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from evaluated_traffic import NOON_NS, SettableClock, Traffic
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import generate_latest

from spanglass_collector.store import Store
from spanglass_evaluators import Batch, Failure, Judgement, evaluator
from spanglass_evaluators.cascade.cascade import Cascade, Stage
from spanglass_evaluators.config import from_mapping
from spanglass_evaluators.engine.job import SpanJob
from spanglass_evaluators.engine.span_loop import SpanLoop
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.meters import EvaluatorMeters

QUIET = {"toxicity": {"enabled": False}, "refusal": {"enabled": False}, "reference_match": {"enabled": False}}


@evaluator(name="rule")
def rule(text: str) -> float | None:
    return 1.0 if "bad" in text else None


@evaluator(name="model", takes_batch=True)
def model(texts: Sequence[str]) -> list[float]:
    return [0.5 if "hm" in text else 0.1 for text in texts]


@evaluator(name="llm", takes_batch=True)
def llm(texts: Sequence[str]) -> list[Judgement]:
    return [Judgement(0.9, "harmful", "because", cost_usd=0.02) for _ in texts]


@evaluator(name="of_traces", target="trace")
def of_traces(texts: list[str]) -> float:
    return len(texts)


def three_stages() -> Cascade:
    return Cascade("harm", (Stage(rule), Stage(model, (0.3, 0.7)), Stage(llm)))


def score(cascade: Cascade, texts: list[str]) -> Sequence[Judgement | Failure]:
    return cascade.score(Batch({"output_text": texts}, len(texts)))


def test_each_stage_gets_what_is_undecided() -> None:
    """The answer says which stage it is from; the costs of all stages it went through are added."""
    cascade = three_stages()

    results = score(cascade, ["bad", "fine", "hm", "hm bad"])

    assert results == [
        Judgement(1.0, "", "decided by rule (stage 1 of 3)"),
        Judgement(0.1, "", "decided by model (stage 2 of 3)"),
        Judgement(0.9, "harmful", "decided by llm (stage 3 of 3): because", 0.02),
        Judgement(1.0, "", "decided by rule (stage 1 of 3)"),
    ]
    saved = cascade.books.savings()
    assert [(s.calls, s.spared_calls) for s in saved] == [(4, 0), (2, 2), (1, 3)]
    assert [s.spared_usd for s in saved] == [None, None, pytest.approx(0.06)]


def test_a_stage_that_fails_decides_nothing_and_the_last_one_says_so() -> None:
    """A broken model costs money, never a verdict; a broken last stage is a failure with its name."""

    @evaluator(name="broken")
    def broken(_text: str) -> float:
        raise ConnectionError("away")

    assert score(Cascade("c", (Stage(broken), Stage(model))), ["fine"]) == [
        Judgement(0.1, "", "decided by model (stage 2 of 2)")
    ]
    assert score(Cascade("c", (Stage(rule), Stage(broken))), ["fine"]) == [Failure("broken: ConnectionError: away")]


@settings(max_examples=30)
@given(st.lists(st.sampled_from(["bad", "fine", "hm", "x"]), max_size=8))
def test_a_row_is_judged_as_if_it_were_alone(texts: list[str]) -> None:
    """Whatever else is in the batch, and none is lost."""
    together = score(three_stages(), texts)

    assert together == [score(three_stages(), [text])[0] for text in texts]


def test_the_engine_writes_one_row_under_the_cascades_name(
    store: Store, traffic: Traffic, clock: SettableClock
) -> None:
    """With the digest of all stages; /metrics tells the savings."""
    traffic.add(["bad", "fine", "hm"], received_ns=NOON_NS)
    cascade, meters = three_stages(), EvaluatorMeters()

    SpanLoop([SpanJob(cascade)], clock).run_once(store)
    meters.show_cascade(cascade)

    rows = store.query("SELECT Name, Evaluator, Value, CostUsd FROM scores ORDER BY Value").result_rows
    assert [tuple(row) for row in rows] == [
        ("harm", "harm", 0.1, None), ("harm", "harm", 0.9, 0.02), ("harm", "harm", 1.0, None)
    ]  # fmt: skip
    page = generate_latest(meters.registry).decode()
    assert 'spanglass_cascade_spared_calls{cascade="harm",stage="llm"} 2.0' in page
    assert 'spanglass_cascade_spared_usd{cascade="harm",stage="llm"} 0.04' in page


def test_settings_make_a_cascade() -> None:
    """Stages by name or table, with the settings of their own tables; a stage that runs by itself, too, is shared."""
    config = from_mapping(
        {
            "evaluators": QUIET
            | {
                "rule": {"load": f"{__name__}:rule", "enabled": False},
                "model": {"load": f"{__name__}:model"},
                "refusal": {"enabled": False, "opening_chars": 99},
            },
            "cascade": [
                {
                    "name": "harm", "stages": ["rule", "refusal", {"evaluator": "model", "undecided": [0.4, 0.6]}],
                    "undecided": [0, 0.5], "sample": 0.5,
                }
            ],
        }
    )  # fmt: skip

    [alone, cascade] = [job for job in config.span_jobs if job.evaluator.name in ("model", "harm")]
    assert isinstance(cascade.evaluator, Cascade)
    assert [stage.undecided for stage in cascade.evaluator.stages] == [(0, 0.5), (0, 0.5), (0.4, 0.6)]
    assert cascade.evaluator.stages[2].evaluator is alone.evaluator
    assert cascade.evaluator.stages[1].evaluator.config.opening_chars == 99
    assert cascade.selection.sample.share == 0.5


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"stages": ["rule", "model"]}, "give a name"),
        ({"name": "c", "stages": ["rule"]}, "at least two evaluators"),
        ({"name": "c", "stages": ["rule", "of_traces"]}, "same kind of target"),
        ({"name": "c", "stages": ["rule", "nobody"]}, "no such evaluator"),
        ({"name": "c", "stages": ["rule", {"undecided": [0, 1]}]}, "a stage is a name, or"),
        ({"name": "c", "stages": ["rule", "model"], "undecided": [1, 0]}, "the values that decide nothing"),
        ({"name": "c", "steps": []}, "no setting 'steps'; it has name, stages"),
    ],
)
def test_wrong_settings_are_told(table: dict[str, Any], message: str) -> None:
    """The message says what would be right."""
    own = {name: {"load": f"{__name__}:{name}"} for name in ("rule", "model", "of_traces")}
    with pytest.raises(ConfigurationError, match=message):
        from_mapping({"evaluators": QUIET | own, "cascade": [table]})
