"""Recorded OpenAI traffic, instrumented by others, means the same in `spans`."""

from __future__ import annotations

import gzip
import json
import uuid
from collections import Counter
from typing import Any

import pytest

from spanglass_collector.store import Store
from tests.instrumentation.cassettes import Recording, data_dir
from tests.instrumentation.conftest import Replayed
from tests.instrumentation.instrumentations import INSTRUMENTATIONS, Instrumentation
from tests.instrumentation.outcome import Cause, Outcome
from tests.instrumentation.recorded import recorded
from tests.instrumentation.traffic import send_through_spanglass

each_instrumentation = pytest.mark.parametrize("instrumentation", INSTRUMENTATIONS, ids=lambda each: each.name)


def _told(outcomes: list[Outcome]) -> str:
    return "\n".join(
        f"{outcome.call.recording} {column}: {outcome.recorded[column]} -> {outcome.stored[column]}"
        for outcome in outcomes[:5]
        for column in outcome.wrong
    )


@each_instrumentation
def test_every_call_that_is_watched_has_its_span(
    replayed: Replayed, recorded_calls: list[Recording], instrumentation: Instrumentation
) -> None:
    """One row a call, streams and errors too; the recordings hold enough of each to prove something."""
    calls = Counter(outcome.call.recording.path for outcome in replayed(instrumentation))
    assert calls == Counter(each.path for each in recorded_calls if each.path in instrumentation.paths)
    assert calls["chat/completions"] >= 100
    assert sum(each.is_stream for each in recorded_calls) >= 50
    assert sum(each.is_error for each in recorded_calls) >= 3


@each_instrumentation
def test_nothing_that_was_sent_is_lost(replayed: Replayed, instrumentation: Instrumentation) -> None:
    """Where a column differs from the provider's answer, the instrumentation did not send what is missing."""
    lost = [
        outcome
        for outcome in replayed(instrumentation)
        if any(outcome.cause(column) is Cause.LOST for column in outcome.wrong)
    ]
    assert not lost, _told(lost)


@each_instrumentation
def test_columns_are_right_but_for_known_gaps(replayed: Replayed, instrumentation: Instrumentation) -> None:
    """Models, tokens, reasons, messages, tools, status: as the provider's own answer has them."""
    wrong = [outcome for outcome in replayed(instrumentation) if not set(outcome.wrong) <= set(instrumentation.gaps)]
    assert not wrong, _told(wrong)


@each_instrumentation
def test_tool_calls_of_streams_are_whole(replayed: Replayed, instrumentation: Instrumentation) -> None:
    """Arguments that came in pieces are one JSON value."""
    streamed = [
        outcome
        for outcome in replayed(instrumentation)
        if outcome.call.recording.is_stream
        and any(kind == "call" for _, kind, _ in outcome.recorded.get("OutputMessages", ()))
    ]
    assert len(streamed) >= 10
    assert [outcome.stored["OutputMessages"] for outcome in streamed] == [
        outcome.recorded["OutputMessages"] for outcome in streamed
    ]


def test_the_reading_of_recordings_agrees_with_their_index(recorded_calls: list[Recording]) -> None:
    """Another parser, written for the data set, found the same models, tokens and finish reasons."""
    index = _index()
    compared = 0
    for call in recorded_calls:
        if call.is_error or call.path == "embeddings":
            continue
        values, known = recorded(call), index[call.file, json.dumps(call.request.get("model")), call.is_stream]
        compared += 1
        assert values["ResponseModel"] in {each.get("response_model") for each in known}, call
        if "InputTokens" in values:
            usages = [(u["input_tokens"], u["output_tokens"]) for each in known if (u := each.get("usage"))]
            assert (values["InputTokens"], values["OutputTokens"]) in usages, call
    assert compared > 200


def _index() -> dict[tuple[str, str, bool], list[dict[str, Any]]]:
    index: dict[tuple[str, str, bool], list[dict[str, Any]]] = {}
    with gzip.open(data_dir() / "cassettes" / "index.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            for each in row["interactions"]:
                key = row["file"], json.dumps(each.get("request_model")), bool(each.get("stream"))
                index.setdefault(key, []).append(each)
    return index


def test_an_instrumented_client_exports_through_our_sdk(
    recorded_calls: list[Recording], otlp_http: str, shared_store: Store
) -> None:
    """`spanglass.init()` and an instrumentor are all an application needs: its calls arrive like any others."""
    calls = [call for call in recorded_calls if call.path == "chat/completions"][:10]
    service = f"through-spanglass-{uuid.uuid4().hex}"
    assert send_through_spanglass(INSTRUMENTATIONS[0], calls, otlp_http, service)
    rows = shared_store.query(
        "SELECT RequestModel, InputTokens, Kind FROM spans WHERE ServiceName = {service:String}",
        {"service": service},
    ).result_rows
    expected = [(values["RequestModel"], values.get("InputTokens"), "llm") for values in map(recorded, calls)]
    assert Counter(tuple(row) for row in rows) == Counter(expected)
