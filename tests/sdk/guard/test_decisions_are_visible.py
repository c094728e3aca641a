"""Decisions on spans, and as scores in the store; never the text that was found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import spanglass
from spanglass.testing import Captured
from spanglass_collector.background import BackgroundCollector
from spanglass_collector.store import ClickHouseStore

from ..test_spool import until

QUERY = "SELECT Name, Value, Label, Explanation FROM scores WHERE TraceId = {trace:String}"
SECRET = "jane.doe@example.org"


def test_a_decision_is_on_the_current_span(captured: Captured) -> None:
    """Attributes to look for, an evaluation to count, the OWASP entry."""

    @spanglass.trace(kind="llm")
    @spanglass.guard(["pii"], policy={"pii": "mask"}, deadline_ms=60_000)
    def answer(question: str) -> str:
        return "fine"

    answer(f"I am {SECRET}")

    (span,) = captured.spans
    assert span.attributes["spanglass.guard.input.action"] == "mask"
    assert span.attributes["spanglass.guard.input.kinds"] == ("pii.email",)
    assert span.attributes["spanglass.guard.input.owasp"] == ("LLM02:2025",)
    assert span.attributes["spanglass.guard.output.action"] == "allow"
    names = [event.attributes["gen_ai.evaluation.name"] for event in span.events]
    assert names == ["guard.input", "guard.output"]


def test_what_was_found_is_nowhere_in_the_span_outside_of_the_guard(captured: Captured) -> None:
    """A guard around the traced function: the trace holds the masked text."""

    @spanglass.guard(["pii"], policy={"pii": "mask"}, deadline_ms=60_000)
    @spanglass.trace(kind="llm")
    def answer(question: str) -> str:
        return "fine"

    answer(f"I am {SECRET}")

    for span in captured.spans:
        assert SECRET not in json.dumps([dict(span.attributes), [dict(e.attributes) for e in span.events]])


def test_outside_of_any_span_a_decision_has_a_span_of_its_own(captured: Captured) -> None:
    """A blocked call would leave no trace otherwise."""
    spanglass.guard(["pii"], policy={"pii": "mask"}, deadline_ms=60_000).input(SECRET)

    assert captured.one("guard").attributes["spanglass.span.kind"] == "guardrail"


def test_errors_are_on_the_span(captured: Captured) -> None:
    """Why `on_error` had to decide."""

    def broken(text: str) -> None:
        raise ValueError(text)

    spanglass.guard([broken]).input("x")

    assert captured.one("guard").attributes["spanglass.guard.input.error"] == "broken: ValueError"


def test_decisions_are_scores_in_the_store(
    shared_collector: BackgroundCollector, shared_store: ClickHouseStore
) -> None:
    """From a guarded call to a row."""
    found: list[Sequence[Any]] = []
    spanglass.init(endpoint=f"http://{shared_collector.endpoints.otlp_http}", quiet=True, instrument=False)
    try:
        with spanglass.span("outer") as outer:
            spanglass.guard(["pii"], policy={"pii": "mask"}, deadline_ms=60_000).input(SECRET)
        assert spanglass.flush()
    finally:
        spanglass.shutdown()

    def is_stored() -> bool:
        found[:] = shared_store.query(QUERY, {"trace": outer.trace_id}).result_rows
        return bool(found)

    until(is_stored)
    assert [tuple(row) for row in found] == [("guard.input", 1.0, "mask", "pii.email at 0 to 20")]
