"""Items of a dataset are judged as spans with their messages would be, each to a row of its own."""

from __future__ import annotations

import json

from evaluated_traffic import NOON_NS, SettableClock

from spanglass_collector.store import Store
from spanglass_evaluators import evaluator
from spanglass_evaluators.engine.claim import Selection
from spanglass_evaluators.engine.dataset_items import score_items
from spanglass_evaluators.engine.job import SpanJob
from spanglass_evaluators.quality.reference_match import ReferenceMatch

DIGEST = "d" * 64


@evaluator(name="echo", columns=("input_text", "output_text", "reference"))
def echo(asked: str, said: str, reference: str) -> tuple[int, str]:
    return len(said), f"{asked}|{said}|{reference}"


@evaluator(name="needs_a_span", columns=("Duration",))
def needs_a_span(duration: int) -> int:
    return duration


def add_items(store: Store, count: int) -> None:
    messages = [[{"role": "user", "content": f"q{i}"}, {"role": "assistant", "content": f"a{i}"}] for i in range(count)]
    rows = [
        ["default", DIGEST, f"{i:064x}", "", "", json.dumps(m), {"reference": "r"}, NOON_NS // 1000]
        for i, m in enumerate(messages)
    ]
    columns = ["Project", "DatasetDigest", "ItemId", "TraceId", "SpanId", "Messages", "Metadata", "AddedAt"]
    store.insert("dataset_items", rows, columns)


def test_every_item_has_one_score(store: Store, clock: SettableClock) -> None:
    """In batches, with question, answer and reference; judged again, it is the same row."""
    add_items(store, 7)
    job = SpanJob(echo, Selection(batch_rows=3))

    first, second = (score_items(store, job, "default", DIGEST, clock()) for _ in range(2))

    assert (first.scored, second.scored) == (7, 7)
    sql = "SELECT TargetKind, count(), uniqExact(TargetId), min(Label), max(Label) FROM scores GROUP BY TargetKind"
    assert [tuple(row) for row in store.query(sql).result_rows] == [("dataset_item", 7, 7, "q0|a0|r", "q6|a6|r")]


def test_items_without_the_reference_that_is_needed_are_left_out(store: Store, clock: SettableClock) -> None:
    """No failure rows for what nobody asked."""
    add_items(store, 2)
    answer = [{"role": "assistant", "content": "x"}]
    row = ["default", DIGEST, "f" * 64, json.dumps(answer), NOON_NS // 1000]
    store.insert("dataset_items", [row], ["Project", "DatasetDigest", "ItemId", "Messages", "AddedAt"])

    assert score_items(store, SpanJob(ReferenceMatch()), "default", DIGEST, clock()).scored == 2
    assert score_items(store, SpanJob(echo), "default", DIGEST, clock()).scored == 3


def test_an_evaluator_of_what_only_spans_have_is_told(store: Store, clock: SettableClock) -> None:
    """It writes nothing."""
    add_items(store, 1)

    assert "Duration" in score_items(store, SpanJob(needs_a_span), "default", DIGEST, clock()).error
    assert store.query("SELECT count() FROM scores").result_rows == [(0,)]
