"""Every quality evaluator reads real spans: its SQL is right, and one agent's session gets its scores."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from evaluated_traffic import NOON_NS, SECOND, SettableClock, Traffic

from spanglass_collector.store import Store
from spanglass_evaluators.config import from_mapping
from spanglass_evaluators.engine.span_loop import SpanJob, SpanLoop
from spanglass_evaluators.quality.registrations import REGISTRATIONS
from tests.evaluators.quality.extras import NEEDS_OVERLAP, skip_without_overlap

QUESTION = "When was the bridge opened, and what does it cost?"
DOCUMENT = "The bridge was opened on 12 May 1937. It is painted in international orange."
TOOLS = [{"type": "function", "name": "toll", "parameters": {"type": "object", "required": ["bridge"]}}]


def messages(role: str, *parts: dict[str, Any]) -> str:
    return orjson.dumps([{"role": role, "parts": list(parts)}]).decode()


def text(content: str) -> dict[str, Any]:
    return {"type": "text", "content": content}


def call(name: str, **arguments: Any) -> dict[str, Any]:
    return {"type": "tool_call", "name": name, "arguments": arguments}


@pytest.fixture
def session(traffic: Traffic) -> None:
    """A question, a retrieval, a right and a hallucinated tool call, an answer, and the user's thanks."""
    asked = {"InputMessages": messages("user", text(QUESTION)), "ToolDefinitions": orjson.dumps(TOOLS).decode()}
    same = {"TraceId": "a" * 32, "SessionId": "s1"}
    next_trace = {"TraceId": "b" * 32, "SessionId": "s1"}
    at = NOON_NS - 3600 * SECOND
    documents = orjson.dumps([{"id": "d1", "content": DOCUMENT}, {"id": "d2", "content": "Fog is frequent."}]).decode()
    declared = {"relevant": '["d1", "d9"]'}
    retrieved = {"Kind": "retriever", "Documents": documents}
    traffic.add([""], received_ns=at, metadata=declared, **same, **retrieved)
    traffic.add([messages("assistant", call("toll", bridge="gate"))], received_ns=at + SECOND, **same, **asked)
    tool = {"Kind": "tool", "ToolName": "toll", "Input": '{"bridge": "gate"}', "Output": "9 dollars"}
    traffic.add([""], received_ns=at + 2 * SECOND, **same, **tool)
    traffic.add([messages("assistant", call("fly"))], received_ns=at + 3 * SECOND, **same, **asked)
    answer = messages("assistant", text("The bridge was opened on 12 May 1937. The toll is 9 dollars."))
    right = {"metadata": {"reference": "May 1937, 9 dollars", "reward": "1", "task_id": "t"}}
    traffic.add([answer], received_ns=at + 4 * SECOND, **right, **same, **asked)
    thanks = {"InputMessages": messages("user", text("Perfect, thank you!"))}
    traffic.add([messages("assistant", text("Gladly."))], received_ns=at + 9 * SECOND, **next_trace, **thanks)


def loop_of(names: list[str], clock: SettableClock, **options: Any) -> SpanLoop:
    built = [r.build(options.get(r.name, {})) for r in REGISTRATIONS if r.name in names]
    return SpanLoop([SpanJob(evaluator) for evaluator in built], clock)


@pytest.mark.usefixtures("session")
def test_every_evaluator_reads_what_it_needs(store: Store, clock: SettableClock) -> None:
    """No SQL is refused, no evaluator raises, and the ones a session is for have a value."""
    skip_without_overlap()

    loop_of([r.name for r in REGISTRATIONS], clock).run_once(store)

    assert store.query("SELECT Name, Error FROM scores WHERE Error != ''").result_rows == [
        ("json_fields", "metadata reference is no JSON")
    ]
    found = {row[0] for row in store.query("SELECT DISTINCT Name FROM scores WHERE Value IS NOT NULL").result_rows}
    assert found >= {
        "tool_calls", "tool_loops", "groundedness_of_trace", "context_utilisation", "retrieval_recall", "resolution",
        "user_frustration", "token_f1", "completeness", "relevance", "task_success", "truncation", "abandonment",
    } | NEEDS_OVERLAP  # fmt: skip


@pytest.mark.usefixtures("session")
def test_a_session_gets_the_scores_that_fit_it(store: Store, clock: SettableClock) -> None:
    """Of spans, of the trace and of the session, by what happened in it."""
    names = [
        "tool_calls",
        "task_success",
        "retrieval_recall",
        "context_utilisation",
        "resolution",
        "groundedness_of_trace",
    ]

    loop_of(names, clock).run_once(store)

    rows = store.query(
        "SELECT Name, TargetKind, Value, Label FROM scores"
        " WHERE Label NOT IN ('no_calls', 'no_context', 'no_documents')"
    ).result_rows
    found = {(name, kind): (value, label) for name, kind, value, label in rows if name != "tool_calls"}
    assert found.pop(("groundedness_of_trace", "trace"))[1] == "grounded"
    assert found == {
        ("task_success", "trace"): (1.0, "success"),
        ("retrieval_recall", "span"): (0.5, ""),
        ("context_utilisation", "trace"): (0.5, ""),
        ("resolution", "session"): (1.0, "resolved"),
    }
    assert {label for name, _, _, label in rows if name == "tool_calls"} == {"valid", "hallucinated_tool"}


def test_the_settings_of_a_file_build_them() -> None:
    """Tables of spanglass.toml reach the rule; windows too."""
    config = from_mapping(
        {
            "evaluators": {"format": {"format": "json", "max_words": 9}, "groundedness": {"context": "prompt"}},
            "pass_k": [{"label": "agents", "task": "metadata.case"}],
            "classification": [{"predicted": "metadata.said"}],
        }
    )

    built = {job.evaluator.name: job.evaluator.config for job in config.span_jobs}
    windows = {job.evaluator.name: job.evaluator.config for job in config.window_jobs}
    assert (built["format"].max_words, built["groundedness"].context) == (9, "prompt")
    assert (windows["pass_k"].task, windows["classification"].predicted) == ("metadata.case", "metadata.said")
