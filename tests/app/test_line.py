"""A line of a conversations file is understood in all its shapes, or refused with a reason."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass_app.conversations.line import BadLine, parse
from spanglass_app.conversations.span import identify, to_span

ASKED = {"role": "user", "content": "Who wrote Emma?"}
SAID = {"role": "assistant", "content": "Jane Austen."}
NOON_NS = 1_709_294_400_000_000_000
"""2024-03-01T12:00:00Z."""
FIELDS = (
    *("messages", "response", "id", "trace_id", "span_id", "time", "start_time", "timestamp", "end_time"),
    *("duration_s", "latency_s", "latency", "model", "usage", "provider", "finish_reason", "cost_usd", "user", "tags"),
    *("time_to_first_token_s", "session", "metadata", "reference", "error"),
)

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["role", "content", "choices"]), inner),
    max_leaves=6,
)
messages = st.lists(st.dictionaries(st.sampled_from(["role", "content"]), st.text("ab")), max_size=2) | json_values


def line(**fields: Any) -> dict[str, Any]:
    return {"messages": [ASKED], **fields}


@pytest.mark.parametrize(
    ("response", "answers"),
    [
        ("Jane Austen.", [SAID]),
        ("", [{"role": "assistant", "content": ""}]),
        (SAID, [SAID]),
        ({"content": "Jane Austen."}, [SAID]),
        ({"choices": []}, []),
        (
            {"choices": [{"message": {"content": "Jane Austen."}, "finish_reason": "stop"}, {"delta": {}}, 5]},
            [{**SAID, "finish_reason": "stop"}],
        ),
    ],
)
def test_an_answer_is_text_or_a_message_or_a_completion(response: Any, answers: list[Any]) -> None:
    """All become assistant messages; what holds no message is left out."""
    parsed = parse(line(response=response))
    assert list(parsed.output_messages) == answers
    assert list(parsed.input_messages) == [ASKED]


def test_without_a_response_the_last_assistant_message_is_the_answer() -> None:
    """Only when it comes last: an earlier one belongs to the question."""
    answered, asking = parse({"messages": [ASKED, SAID]}), parse({"messages": [ASKED, SAID, ASKED]})
    assert (answered.input_messages, answered.output_messages) == ([ASKED], [SAID])
    assert (asking.input_messages, asking.output_messages) == ([ASKED, SAID, ASKED], [])


def test_a_completion_tells_what_the_line_does_not() -> None:
    """Its model, usage and time; the line's own fields come first, and its nulls say nothing."""
    completion = {"choices": [], "model": "gpt-4o-2024-08-06", "usage": {"prompt_tokens": 3}, "created": 1_709_294_400}
    parsed = parse(line(response=completion, usage=None))
    assert parsed.text("response_model") == "gpt-4o-2024-08-06"
    assert parsed.fields["usage"] == {"prompt_tokens": 3}
    assert parsed.start_ns == NOON_NS
    assert parse(line(response=completion, timestamp=1)).start_ns == 1_000_000_000


@pytest.mark.parametrize(
    "time",
    [
        "2024-03-01T12:00:00Z",
        "2024-03-01T12:00:00",
        "2024-03-01 12:00",
        "2024-03-01T14:00:00+02:00",
        "2024-03-01T12:00:00.000000000Z",
        1_709_294_400,
        1_709_294_400.0,
        1_709_294_400_000,
        1_709_294_400_000_000,
        NOON_NS,
    ],
)
def test_times_are_iso_or_unix_by_their_size(time: Any) -> None:
    """UTC where no zone is named; seconds, milliseconds, microseconds and nanoseconds are told apart."""
    assert parse(line(time=time)).start_ns == NOON_NS


@pytest.mark.parametrize(
    ("fraction", "expected_ns"), [("5", 500_000_000), ("123456789", 123_456_789), ("0000000019", 1)]
)
def test_fractions_of_a_second_have_nine_digits(fraction: str, expected_ns: int) -> None:
    """However many are written."""
    parsed = parse(line(time=f"2024-03-01T12:00:00.{fraction}+00:00"))
    assert parsed.start_ns == NOON_NS + expected_ns


@pytest.mark.parametrize(
    ("fields", "expected_ns"),
    [
        ({"time": NOON_NS, "end_time": "2024-03-01T12:00:01.5Z"}, 1_500_000_000),
        ({"time": NOON_NS, "end_time": 1_709_294_399}, 0),
        ({"end_time": NOON_NS, "duration_s": 2}, 2_000_000_000),
        ({"duration_s": 0.25}, 250_000_000),
        ({"latency_s": 1}, 1_000_000_000),
        ({"latency": 3.5}, 3_500_000_000),
        ({}, 0),
    ],
)
def test_a_duration_is_told_or_lies_between_two_times(fields: dict[str, Any], expected_ns: int) -> None:
    """An end before its start is a duration of 0."""
    assert parse(line(**fields)).duration_ns == expected_ns


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ([], "expected a JSON object, found list"),
        (None, "expected a JSON object, found NoneType"),
        ({}, "'messages' must be a list with at least one message"),
        ({"messages": []}, "'messages' must be a list with at least one message"),
        ({"messages": [ASKED, "hi"]}, "messages[1] must be an object with a 'role'"),
        ({"messages": [{"content": "hi"}]}, "messages[0] must be an object with a 'role'"),
        (line(response=5), "'response' must be text, a message or a chat completion"),
        (line(usage="many"), "'usage' must be an object"),
        (line(metadata=[1]), "'metadata' must be an object"),
        (line(tags="a,b"), "'tags' must be a list of strings"),
        (line(time="yesterday"), "'time' is no ISO 8601 time: 'yesterday'"),
        (line(time="1969-12-31T23:59:59.5Z"), "'time' must lie between 1970 and 2262"),
        (line(start_time="9999-12-31T23:59:59Z"), "'start_time' must lie between 1970 and 2262"),
        (line(time=-1), "'time' must be a number >= 0 and below 2^63, found -1"),
        (line(time=True), "'time' must be a number >= 0 and below 2^63, found True"),
        (line(duration_s="fast"), "'duration_s' must be a number >= 0 and below 2^63, found 'fast'"),
        (line(latency_s=float("nan")), "'latency_s' must be a number >= 0 and below 2^63, found nan"),
        (line(duration_s=1e12), "'duration_s' is longer than 292 years: is it in seconds?"),
    ],
)
def test_a_bad_line_says_what_is_wrong(fields: Any, reason: str) -> None:
    """And what would be right."""
    with pytest.raises(BadLine) as caught:
        parse(fields)
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (line(usage={"prompt_tokens": "a"}), "'usage.prompt_tokens' must be a number"),
        (line(usage={"output_tokens": 1e300}), "'usage.output_tokens' must be a number"),
        (line(usage={"input_tokens": -1}), "'usage.input_tokens' must be a number"),
        (line(cost_usd="0.1"), "'cost_usd' must be a number"),
        (line(trace_id="0" * 32), "'trace_id' must be 32 hex digits, not all zero"),
        (line(span_id="xyz"), "'span_id' must be 16 hex digits, not all zero"),
        (line(trace_id=7), "'trace_id' must be 32 hex digits"),
    ],
)
def test_numbers_and_ids_that_no_span_can_hold_are_bad(fields: dict[str, Any], reason: str) -> None:
    """They are found before anything is sent."""
    parsed = parse(fields)
    with pytest.raises(BadLine) as caught:
        to_span(parsed, identify(parsed, 0), 0)
    assert str(caught.value).startswith(reason)


@pytest.mark.parametrize(("error", "is_error"), [("timeout", True), ({"code": 429}, True), (False, False), ({}, False)])
def test_only_an_error_that_says_something_is_one(error: Any, is_error: bool) -> None:
    """Exports often carry `error: false` or an empty object."""
    assert bool(parse(line(error=error)).text("error")) is is_error


def test_text_of_another_type_is_json() -> None:
    """A number as it is written, an object as JSON, and a user 0 is a user."""
    parsed = parse(line(user=0, session={"a": [True]}))
    assert (parsed.text("user"), parsed.text("session")) == ("0", '{"a":[true]}')


def test_equal_lines_have_ids_of_their_own_unless_they_bring_one() -> None:
    """Key order is no difference; an id makes two lines the same conversation."""
    plain, turned = parse({"messages": [ASKED], "user": "u"}), parse({"user": "u", "messages": [ASKED]})
    named = parse(line(id="c-1"))
    assert identify(plain, 0) == identify(turned, 0) != identify(plain, 1)
    assert identify(named, 0) == identify(named, 1) == identify(parse(line(id="c-1", user="u")), 0)


@given(
    st.one_of(
        json_values,
        st.dictionaries(st.sampled_from(FIELDS), json_values),
        st.fixed_dictionaries(
            {"messages": messages}, optional={name: json_values for name in FIELDS if name != "messages"}
        ),
    )
)
def test_any_json_is_a_conversation_or_a_bad_line(fields: Any) -> None:
    """Nothing else is ever raised, and what is a conversation fits into a span that can be sent."""
    as_read = orjson.loads(json.dumps(fields))
    with contextlib.suppress(BadLine):
        parsed = parse(as_read)
        assert parsed.start_ns is None or 0 <= parsed.start_ns < 2**63
        assert to_span(parsed, identify(parsed, 0), NOON_NS).SerializeToString()
