"""Tool calls: read from every shape, held against what was offered, and watched for circles."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from spanglass_evaluators.quality.rule import NoSettings
from spanglass_evaluators.quality.tools.loops import ToolLoopsConfig, judge_loops, longest_cycle
from spanglass_evaluators.quality.tools.validity import judge_tool_calls
from spanglass_evaluators.tools import ToolCall, called_tools, offered_tools

SCHEMA = {
    "type": "object",
    "required": ["city"],
    "properties": {"city": {"type": "string"}},
    "additionalProperties": False,
}
OFFERED = {"weather": SCHEMA, "stop": None}


@pytest.mark.parametrize(
    "message",
    [
        {"parts": [{"type": "text", "content": "x"}, {"type": "tool_call", "name": "f", "arguments": {"a": 1}}]},
        {"content": [{"type": "tool_use", "name": "f", "input": {"a": 1}}]},
        {"content": None, "tool_calls": [{"function": {"name": "f", "arguments": '{"a": 1}'}}]},
        {"message": {"tool_calls": [{"function": {"name": "f", "arguments": '{"a":1}'}}]}},
        {"type": "function_call", "name": "f", "arguments": '{"a": 1}'},
    ],
)
def test_calls_are_read_from_every_shape(message: dict[str, Any]) -> None:
    """GenAI parts, Anthropic's content, OpenAI's calls with and without the choice around them, Responses' items."""
    assert called_tools(orjson.dumps([message]).decode()) == (ToolCall("f", {"a": 1}),)


@pytest.mark.parametrize(
    "tool",
    [
        {"type": "function", "name": "f", "parameters": {"type": "object"}},
        {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}},
        {"name": "f", "input_schema": {"type": "object"}},
    ],
)
def test_definitions_are_read_from_every_shape(tool: dict[str, Any]) -> None:
    """GenAI's, OpenAI's and Anthropic's."""
    assert offered_tools(orjson.dumps([tool]).decode()) == {"f": {"type": "object"}}


@pytest.mark.parametrize("broken", ["", "[{", "null", '"text"', "[[1]]", '[{"tool_calls": [1, null]}]'])
def test_what_cannot_be_read_is_no_call(broken: str) -> None:
    """JSON that was cut off, or is something else."""
    assert called_tools(broken) == ()
    assert offered_tools(broken) == {}


@pytest.mark.parametrize(
    ("call", "label", "value"),
    [
        (ToolCall("weather", {"city": "Rome"}), "valid", 1.0),
        (ToolCall("stop", {"any": "thing"}), "valid", 1.0),
        (ToolCall("weather", {"city": 7}), "wrong_arguments", 0.0),
        (ToolCall("weather", {}), "wrong_arguments", 0.0),
        (ToolCall("weather", None, broken=True), "broken_arguments", 0.0),
        (ToolCall("fly", {}), "hallucinated_tool", 0.0),
    ],
)
def test_a_call_must_be_possible(call: ToolCall, label: str, value: float) -> None:
    """Of an offered tool, with arguments of its schema; the value of an argument is never told."""
    judged = judge_tool_calls(NoSettings(), [ToolCall("stop", {}), call], OFFERED)

    assert (judged.label, judged.value) == (label, value)
    assert "Rome" not in judged.explanation


def test_without_recorded_tools_only_the_json_is_judged() -> None:
    """Nothing is called hallucinated when nobody knows what was offered; an author's error is not the model's."""
    assert judge_tool_calls(NoSettings(), [ToolCall("fly", {})], {}).label == "valid"
    assert judge_tool_calls(NoSettings(), [ToolCall("odd", {})], {"odd": {"type": 7}}).label == "valid"
    assert judge_tool_calls(NoSettings(), [], OFFERED).value is None


def loops(keys: str, failed: str = "") -> tuple[float | None, str]:
    """Each letter is a call of a tool of that name; `failed` says which ones failed, by a letter E."""
    statuses = list(failed.ljust(len(keys)).replace("E", "!"))
    names = ["Error" if s == "!" else "Ok" for s in statuses]
    judged = judge_loops(ToolLoopsConfig(), ["tool"] * len(keys), list(keys), [""] * len(keys), [()] * len(keys), names)
    return judged.value, judged.label


@pytest.mark.parametrize(
    ("keys", "failed", "value", "label"),
    [
        ("abcd", "", 0.0, "no_loop"),
        ("aaaa", "", 0.75, "loops"),
        ("ababab", "", 4 / 6, "loops"),
        ("aa", "E", 0.0, "no_loop"),
        ("aaa", "EE", 1 / 3, "loops"),
    ],
)
def test_circles_are_seen_and_a_retry_is_none(keys: str, failed: str, value: float, label: str) -> None:
    """The share that repeats; one retry of a failed call is free."""
    assert loops(keys, failed) == (pytest.approx(value), label)


def test_equal_calls_may_order_their_arguments_otherwise() -> None:
    """Where a trace has no tool spans, the model's calls are compared."""
    one, other = ToolCall("f", {"a": 1, "b": 2}), ToolCall("f", {"b": 2, "a": 1})

    judged = judge_loops(ToolLoopsConfig(repeats=2), ["llm"], [""], [""], [[one, other]], ["Ok"])

    assert (judged.value, judged.label) == (0.5, "loops")
    assert longest_cycle([]) == 0
