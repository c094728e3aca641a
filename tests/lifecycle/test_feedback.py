"""Feedback about a span that has ended, from the application to the row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import spanglass
from spanglass.feedback import feedback
from spanglass_collector.background import BackgroundCollector


@pytest.fixture
def tracing(shared_collector: BackgroundCollector) -> Iterator[None]:
    spanglass.init(endpoint=f"http://{shared_collector.endpoints.otlp_http}", service="feedback-test")
    yield
    spanglass.shutdown()


def test_a_thumb_and_a_correction_reach_the_answer_they_are_about(
    tracing: None, rows: Callable[[str, str], list[tuple[Any, ...]]]
) -> None:
    """Both are scores of the answered span, not of the span that carried them."""
    with spanglass.span("answer", kind="llm") as current:
        ids = {"trace_id": current.trace_id, "span_id": current.span_id}
    feedback("down", comment="wrong year", correction="It was 1969.", **ids)
    assert spanglass.flush(30)
    query = "SELECT SpanId, Name, Value, Label, Explanation FROM scores WHERE TraceId = {id:String} ORDER BY Name"
    assert rows(query, ids["trace_id"]) == [
        (ids["span_id"], "correction", None, "correction", "It was 1969."),
        (ids["span_id"], "feedback", 0.0, "down", "wrong year"),
    ]
