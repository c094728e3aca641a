"""Metrics of other libraries judge as ours do: by the same batches, with failures that cost one row, in silence."""

from __future__ import annotations

import importlib.util
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from spanglass_evaluators import Batch, Failure, Judgement
from spanglass_evaluators.adapters.adapted import QUIET
from spanglass_evaluators.config import from_mapping
from spanglass_evaluators.contract import SpanEvaluator
from spanglass_evaluators.errors import ConfigurationError

OFF = {"toxicity": {"enabled": False}}
needs = lambda module: pytest.mark.parametrize("needs", [module], indirect=True)  # noqa: E731  read as a decorator
pytestmark = pytest.mark.usefixtures("only_loopback")


@pytest.fixture
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Every address that anything connects to; a library that calls home fails the test."""
    reached: list[Any] = []
    connect = socket.socket.connect

    def noted(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1"):
            reached.append(address)
            raise OSError("tests reach only this machine")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", noted)
    yield reached
    assert reached == []


def built(**table: Any) -> SpanEvaluator:
    config = from_mapping({"evaluators": OFF | {"theirs": table}})
    return next(job.evaluator for job in config.span_jobs if job.evaluator.name == "theirs")


def judge(evaluator: SpanEvaluator, *rows: tuple[str, str]) -> list[Judgement | Failure]:
    """Rows of (answer, expected)."""
    answers, expected = [row[0] for row in rows], [row[1] for row in rows]
    columns = {"input_text": ["?"] * len(rows), "output_text": answers, "reference": expected}
    return list(evaluator.score(Batch(columns | {"documents_text": [""] * len(rows)}, len(rows))))


@needs("autoevals")
def test_autoevals(needs: None) -> None:
    """A heuristic gives its score; a row it cannot measure fails alone."""
    near, unknown = judge(built(kind="autoevals", metric="Levenshtein"), ("hello", "hallo"), ("hello", ""))
    assert near == Judgement(0.8)
    assert isinstance(unknown, Failure)

    valid = built(kind="autoevals", metric="ValidJSON")
    assert judge(valid, ('{"a": 1}', ""), ("no JSON", "")) == [Judgement(1.0), Judgement(0.0)]


@needs("autoevals")
def test_telemetry_is_off_before_the_library_is_there(needs: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was set before."""
    monkeypatch.setenv("DEEPEVAL_TELEMETRY_OPT_OUT", "0")
    built(kind="autoevals", metric="ExactMatch")

    assert {name: os.environ[name] for name in QUIET} == dict(QUIET)


@needs("autoevals")
def test_version_and_digest_are_the_librarys(needs: None) -> None:
    """A new release of the library scores anew; so do other arguments."""
    evaluator = built(kind="autoevals", metric="Levenshtein")

    assert evaluator.version.startswith("autoevals ")
    assert evaluator.config.settings.metric == "Levenshtein"


@needs("deepeval")
def test_deepeval_without_a_model(needs: None) -> None:
    """Exact match: value, label and reason; a case without what the metric needs fails alone."""
    evaluator = built(kind="deepeval", metric="ExactMatchMetric")

    right, wrong, unknown = judge(evaluator, ("a", "a"), ("b", "a"), ("b", ""))

    assert isinstance(right, Judgement)
    assert isinstance(wrong, Judgement)
    assert (right.value, right.label, wrong.value, wrong.label) == (1.0, "pass", 0.0, "fail")
    assert isinstance(unknown, Failure)


def make_g_eval() -> Any:
    """A metric with a model: a stand-in that answers as an LLM would."""
    from deepeval.metrics import GEval
    from deepeval.models.base_model import DeepEvalBaseLLM
    from deepeval.test_case import SingleTurnParams

    class StandIn(DeepEvalBaseLLM):  # type: ignore[misc]  # the library is not there when types are checked
        def load_model(self) -> Any:
            return self

        def get_model_name(self) -> str:
            return "stand-in"

        def generate(self, *_: Any, **__: Any) -> str:
            return '{"score": 8, "reason": "clear", "steps": ["read it"]}'

        async def a_generate(self, *_: Any, **__: Any) -> str:
            return self.generate()

    return GEval(
        name="clarity",
        evaluation_steps=["read it"],
        evaluation_params=[SingleTurnParams.ACTUAL_OUTPUT],
        model=StandIn(),
    )


@needs("deepeval")
def test_deepeval_with_a_model_of_the_users(needs: None) -> None:
    """`metric` names a function that makes the metric; the judge's reason is the explanation."""
    [judgement] = judge(built(kind="deepeval", metric=f"{__name__}:make_g_eval"), ("a clear answer", ""))

    assert isinstance(judgement, Judgement)
    assert (judgement.value, judgement.label, judgement.explanation) == (0.8, "pass", "clear")


@needs("inspect_ai")
def test_inspect_scorers(needs: None) -> None:
    """Grades become 1, 0.5 and 0 and stay as labels; arguments reach the scorer."""
    rows = (("The answer is 42", "42"), ("No idea", "42"))

    included = judge(built(kind="inspect", metric="includes"), *rows)
    exact = judge(built(kind="inspect", metric="match", arguments={"location": "begin"}), *rows)

    assert [(r.value, r.label) for r in included if isinstance(r, Judgement)] == [(1.0, "C"), (0.0, "I")]
    assert [r.value for r in exact if isinstance(r, Judgement)] == [0.0, 0.0]


@needs("ragas")
def test_ragas_metrics_without_a_model(needs: None) -> None:
    """String metrics of its single-turn kind."""
    same, other = judge(built(kind="ragas", metric="ExactMatch"), ("a", "a"), ("b", "a"))

    assert (same, other) == (Judgement(1.0), Judgement(0.0))


@needs("evidently")
def test_evidently_descriptors(needs: None) -> None:
    """Of the answer unless another column is named."""
    lengths = judge(built(kind="evidently", metric="TextLength"), ("four", "reference"))
    expected = judge(
        built(kind="evidently", metric="TextLength", arguments={"column_name": "expected"}), ("four", "reference")
    )

    assert (lengths, expected) == ([Judgement(4.0)], [Judgement(9.0)])


def test_a_library_that_is_not_there_is_told() -> None:
    """With what to install."""
    missing = [m for m, d in (("deepeval", "deepeval"), ("ragas", "ragas")) if importlib.util.find_spec(d) is None]
    assert missing, "this environment has both: one that has neither is where this runs"
    with pytest.raises(ConfigurationError, match=f"{missing[0]} is not installed .* pip install {missing[0]}"):
        built(kind=missing[0], metric="Any")


@needs("autoevals")
def test_a_metric_that_the_library_has_not_is_told(needs: None) -> None:
    """By its name."""
    with pytest.raises(ConfigurationError, match="metric = 'Nope'"):
        built(kind="autoevals", metric="Nope")
