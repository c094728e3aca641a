"""Every line of a file is stored once, known already, or reported with file, line and reason."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spanglass_app.conversations.importer import Importer
from spanglass_collector.background import BackgroundCollector
from spanglass_collector.errors import Rejected, StoreUnavailable
from spanglass_collector.store import ClickHouseStore
from tests.app.conversation_files import NOON, Project, conversation, write

FULL: dict[str, Any] = {
    "id": "c-1",
    "time": NOON,
    "duration_s": 1.5,
    "messages": [{"role": "system", "content": "Be short."}, {"role": "user", "content": "Who wrote Emma?"}],
    "response": "Jane Austen.",
    "model": "gpt-4o-mini",
    "response_model": "gpt-4o-mini-2024-07-18",
    "provider": "openai",
    "finish_reason": "stop",
    "usage": {"prompt_tokens": 20, "completion_tokens": 4, "prompt_tokens_details": {"cached_tokens": 8}},
    "cost_usd": 0.25,
    "time_to_first_token_s": 0.2,
    "user": "ann",
    "session": "s-1",
    "tags": ["books", "quiz"],
    "metadata": {"region": "north", "rank": 3},
    "reference": "Jane Austen",
    "environment": "prod",
    "release": "1.2",
    "service": "quiz",
    "prompt_name": "short",
    "prompt_version": 2,
}


@pytest.mark.parametrize("name", ["talks.jsonl", "talks.jsonl.gz"])
def test_a_conversation_arrives_with_all_it_says(project: Project, tmp_path: Path, name: str) -> None:
    """Plain or gzip, known by content and not by name."""
    report = project.take(write(tmp_path / name, [FULL]))
    assert (report.lines, report.stored) == (1, 1)
    assert project.span("Kind, Operation, Provider, RequestModel, ResponseModel") == (
        *("llm", "chat", "openai", "gpt-4o-mini", "gpt-4o-mini-2024-07-18"),
    )
    assert project.span("InputTokens, OutputTokens, CachedInputTokens, CostUsd") == (20, 4, 8, 0.25)
    assert project.span("Duration, TimeToFirstToken, FinishReasons") == (1_500_000_000, 200_000_000, ["stop"])
    assert project.span("UserId, SessionId, Tags, PromptName, PromptVersion") == (
        *("ann", "s-1", ["books", "quiz"], "short", "2"),
    )
    assert project.span("ServiceName, Environment, Release, StatusCode") == ("quiz", "prod", "1.2", "Unset")
    assert project.span("toUnixTimestamp64Nano(Timestamp)") == (1_709_294_400_000_000_000,)
    metadata = project.span("mapFilter((k, v) -> k LIKE 'spanglass.metadata.%', SpanAttributes)")[0]
    assert {key.rpartition(".")[2]: value for key, value in metadata.items()} == {
        "region": "north",
        "rank": "3",
        "reference": "Jane Austen",
    }


def test_messages_arrive_in_parts(project: Project, tmp_path: Path) -> None:
    """The shape of the GenAI conventions, tool calls included."""
    call = {"id": "t1", "type": "function", "function": {"name": "find", "arguments": '{"title": "Emma"}'}}
    project.take(write(tmp_path / "f", [conversation(response={"content": None, "tool_calls": [call]})]))
    asked, said = (json.loads(text) for text in project.span("InputMessages, OutputMessages"))
    assert asked == [{"role": "user", "parts": [{"type": "text", "content": "Who wrote Emma?"}]}]
    part = {"type": "tool_call", "name": "find", "arguments": {"title": "Emma"}, "id": "t1"}
    assert said == [{"role": "assistant", "parts": [part]}]


def test_an_error_is_an_error(project: Project, tmp_path: Path) -> None:
    """With its text as the status."""
    project.take(write(tmp_path / "f", [{**conversation(error="rate limit"), "response": None}]))
    assert project.span("StatusCode, StatusMessage, OutputMessages") == ("Error", "rate limit", "[]")


def test_what_a_line_does_not_say_is_unknown(project: Project, tmp_path: Path) -> None:
    """Tokens and cost are NULL, not 0."""
    project.take(write(tmp_path / "f", [conversation()]))
    assert project.span("InputTokens, OutputTokens, CostUsd, TimeToFirstToken") == (None, None, None, None)
    assert project.span("ServiceName, RequestModel, UserId, Duration") == ("imported", "", "", 0)


def test_importing_twice_adds_nothing(project: Project, tmp_path: Path) -> None:
    """Neither spans nor calls in the rollup; not as gzip, not touched, not reordered either."""
    lines = [conversation(str(i), time=NOON, usage={"prompt_tokens": 5}) for i in range(1200)]
    assert project.take(write(tmp_path / "a.jsonl", lines)).stored == 1200
    again = project.take(write(tmp_path / "b.jsonl.gz", reversed(lines)))
    assert (again.stored, again.known) == (0, 1200)
    assert (len(project.spans("1", "1")), project.calls()) == (1200, 1200)


def test_equal_lines_of_one_file_are_as_many_conversations(project: Project, tmp_path: Path) -> None:
    """And are known when they come again, however they are written."""
    turned = json.dumps(dict(reversed(conversation().items())), indent=None, separators=(" ,", ": ")).encode()
    path = write(tmp_path / "f", [conversation(), conversation(), turned])
    assert project.take(path).stored == 3
    assert project.take(path).known == 3
    assert project.calls() == 3


def test_a_line_with_an_id_is_stored_once(project: Project, tmp_path: Path) -> None:
    """Repeated in one file, or changed later."""
    path = write(tmp_path / "f", [conversation(id=7), conversation(id=7), conversation("another", id=7)])
    report = project.take(path)
    assert (report.stored, report.known) == (1, 2)


def test_ids_of_the_line_are_kept(project: Project, tmp_path: Path) -> None:
    """Two spans of one trace are two conversations."""
    ids = [{"trace_id": "A" * 32, "span_id": f"{i:016x}"} for i in (1, 2)]
    assert project.take(write(tmp_path / "f", [conversation(**each) for each in ids])).stored == 2
    assert project.spans("TraceId, SpanId") == [("a" * 32, f"{i:016x}") for i in (1, 2)]


def test_lines_without_time_have_the_time_of_the_file(project: Project, tmp_path: Path) -> None:
    """And stay known when the file is touched."""
    path = write(tmp_path / "f", [conversation()])
    os.utime(path, (1_000_000_000, 1_000_000_000))
    project.take(path)
    os.utime(path)
    assert project.take(path).known == 1
    assert project.span("toUnixTimestamp(Timestamp)") == (1_000_000_000,)


def test_old_conversations_spread_over_many_months_are_kept(project: Project, tmp_path: Path) -> None:
    """A month is a partition; ClickHouse by itself refuses more than 100 of them in one insert."""
    months = [f"{year}-{month:02}-15T12:00:00Z" for year in range(1990, 2003) for month in range(1, 13)]
    path = write(tmp_path / "f", [conversation(time=time) for time in [*months, "1970-01-01T00:00:00Z"]])
    assert project.take(path).stored == 157
    assert project.take(path).known == 157
    assert project.spans("toYear(min(Timestamp)), toYear(max(Timestamp)), count()", "1") == [(1970, 2002, 157)]
    assert project.calls() == 157


def test_bad_lines_are_reported_and_the_rest_is_kept(project: Project, tmp_path: Path) -> None:
    """With file, line and reason, in the order of the file; blank lines are no error."""
    deep = b'{"messages": [{"role": "user", "content": ' + b"[" * 300 + b"]" * 300 + b"}]}"
    lines = [
        conversation("1"),
        b"{",
        b"",
        conversation(time=-1),
        b'{"messages": [NaN]}',
        deep,
        b"  \r",
        conversation("2"),
    ]
    path = write(tmp_path / "f", lines)
    report = project.take(path)
    assert (report.lines, report.stored, report.blank) == (8, 2, 2)
    told = [str(error) for error in report.errors]
    assert told[0].startswith(f"{path}:2: not JSON: ")
    assert told[1] == f"{path}:4: 'time' must be a number >= 0 and below 2^63, found -1"
    assert told[2].startswith(f"{path}:5: not JSON: ")
    assert told[3] == f"{path}:6: nested too deeply"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "1e300", "-1", "18446744073709551615"])
@pytest.mark.parametrize("name", ["duration_s", "cost_usd", "time", "usage"])
def test_numbers_that_cannot_be_are_bad_lines(project: Project, tmp_path: Path, name: str, number: str) -> None:
    """Wherever they stand."""
    value = f'{{"prompt_tokens": {number}}}' if name == "usage" else number
    bad = b'{"messages": [{"role": "user"}], "%s": %s}' % (name.encode(), value.encode())
    report = project.take(write(tmp_path / "f", [bad, conversation()]))
    assert ([error.line for error in report.errors], report.stored) == ([1], 1)


def test_what_came_before_the_damage_of_a_gzip_file_is_kept(project: Project, tmp_path: Path) -> None:
    """A download that was cut, and one with flipped bytes."""
    lines = [conversation(f"{i} {os.urandom(200).hex()}", time=NOON) for i in range(400)]
    path = write(tmp_path / "f.gz", lines)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    cut = project.take(path)
    assert 150 < cut.stored < 250
    assert [error.line for error in cut.errors] == [cut.stored + 1]
    assert "the gzip stream is damaged from here on" in str(cut.errors[0])
    path.write_bytes(whole[: len(whole) // 2] + b"\xff" * 2000 + whole[len(whole) // 2 + 2000 :])
    assert project.take(path).known > 100


def test_a_gzip_file_with_garbage_behind_it_keeps_all_lines(project: Project, tmp_path: Path) -> None:
    """And the garbage is reported."""
    path = tmp_path / "f"
    path.write_bytes(gzip.compress(json.dumps(conversation()).encode() + b"\n") + b"garbage")
    report = project.take(path)
    assert (report.stored, len(report.errors)) == (1, 1)


def test_all_of_unicode_comes_through(project: Project, tmp_path: Path) -> None:
    """A byte order mark, emoji, control and line separator characters; a last line without an end."""
    text = "naïve 日本 👩‍👩‍👧 \u2028 \x00 \x1b[31m \\ ' \" \ufeff"
    path = tmp_path / "f"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(conversation(text, user=text), ensure_ascii=False).encode())
    assert project.take(path).stored == 1
    messages, user = project.span("InputMessages, UserId")
    assert (json.loads(messages)[0]["parts"][0]["content"], user) == (text, text)


@pytest.mark.parametrize(
    "raw", [b'{"messages": [{"role": "\xff"}]}', b'{"messages": [{"role": "\\ud800"}]}', b"\xff\xfe"]
)
def test_what_is_no_unicode_is_a_bad_line(project: Project, tmp_path: Path, raw: bytes) -> None:
    """Its neighbours are kept."""
    report = project.take(write(tmp_path / "f", [conversation("1"), raw, conversation("2")]))
    assert ([error.line for error in report.errors], report.stored) == ([2], 2)


def test_huge_lines_are_stored_and_what_the_collector_refuses_is_reported(project: Project, tmp_path: Path) -> None:
    """Requests above its limit (4 MiB here) are sent in halves, until one line alone is too large."""
    path = write(
        tmp_path / "f", [conversation(str(i) + "x" * (1 << 20)) for i in range(9)] + [conversation("y" * (5 << 20))]
    )
    report = project.take(path)
    assert (report.stored, [error.line for error in report.errors]) == (9, [10])
    assert "the collector refused it: " in report.errors[0].reason
    assert "larger than 4194304 bytes" in report.errors[0].reason
    assert project.spans("count(), min(length(InputMessages)) > 1000000", "1") == [(9, True)]


def test_an_empty_file_is_no_error(project: Project, tmp_path: Path) -> None:
    """It has no lines."""
    assert project.take(write(tmp_path / "f", [])).lines == 0


def test_progress_counts_the_bytes_of_the_file(
    shared_collector: BackgroundCollector, shared_store: ClickHouseStore, tmp_path: Path
) -> None:
    """To the last one, compressed or not."""
    importer = Importer(f"http://{shared_collector.endpoints.otlp_http}", shared_store, project="progress")
    for name in ("f", "f.gz"):
        path = write(tmp_path / name, [conversation(str(i)) for i in range(300)])
        told: list[int] = []
        importer.run(path, told.append)
        assert sum(told) == path.stat().st_size


def test_a_collector_that_is_away_is_an_error_that_says_so(shared_store: ClickHouseStore, tmp_path: Path) -> None:
    """Nothing is counted as stored."""
    importer = Importer("http://127.0.0.1:9", shared_store, project="nobody")
    with pytest.raises(StoreUnavailable, match=r"the collector at http://127\.0\.0\.1:9.* does not answer"):
        importer.run(write(tmp_path / "f", [conversation()]))


@pytest.mark.parametrize("name", ["größe", "a b", "", "../x"])
def test_a_name_that_no_project_can_have_is_refused_at_once(shared_store: ClickHouseStore, name: str) -> None:
    """Before a line is read."""
    with pytest.raises(Rejected, match="1 to 64 letters"):
        Importer("http://127.0.0.1:9", shared_store, project=name)


good = st.builds(conversation, st.sampled_from("abc"), time=st.sampled_from([0, NOON, 1e9]))
named = st.builds(conversation, st.sampled_from("ab"), id=st.integers(0, 2))
bad = st.sampled_from(
    [b"{", b"[]", b"{}", b'{"messages": []}', b"\xff", b'{"messages": [{"role": "user"}], "time": -1}']
)
blank = st.sampled_from([b"", b" ", b"\t\r"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(good | named | bad | blank, max_size=12))
def test_the_counts_add_up(
    shared_collector: BackgroundCollector,
    shared_store: ClickHouseStore,
    tmp_path: Path,
    lines: list[dict[str, Any] | bytes],
) -> None:
    """Whatever the mixture: the report, the spans and the rollup agree, and a second import finds all known."""
    project = Project(shared_collector, shared_store)
    path = write(tmp_path / "f", lines)
    first, again = project.take(path), project.take(path)
    talks = sum(isinstance(line, dict) for line in lines)
    assert (first.lines, first.stored + first.known) == (len(lines), talks)
    assert (again.stored, again.known, again.blank) == (0, talks, first.blank)
    assert [error.line for error in first.errors] == [error.line for error in again.errors]
    assert len(project.spans("1", "1")) == project.calls() == first.stored
