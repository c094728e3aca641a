"""Tools out of JSON: which were offered, and which the model called with what.

Reads the GenAI shape (a part `{"type": "tool_call", "name", "arguments"}`), OpenAI's (`tool_calls` with `function`),
Anthropic's (`{"type": "tool_use", "name", "input"}`) and the same for definitions (`parameters`, `input_schema`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

_CALL_TYPES = frozenset({"tool_call", "tool_use", "function_call", "tool-call"})
_SCHEMAS = ("parameters", "input_schema", "inputSchema", "schema")


@dataclass(frozen=True, slots=True)
class ToolCall:
    """`arguments` as JSON values; None with `broken` when their text is no JSON."""

    name: str
    arguments: Any
    broken: bool = False

    @property
    def fingerprint(self) -> str:
        """Equal for equal calls, whatever the order of the arguments."""
        return f"{self.name} {orjson.dumps(self.arguments, option=orjson.OPT_SORT_KEYS).decode()}"


def offered_tools(definitions: str) -> dict[str, Mapping[str, Any] | None]:
    """Name → JSON schema of the arguments, None where none was recorded; {} when nothing readable is there."""
    found: dict[str, Mapping[str, Any] | None] = {}
    for item in _loaded_list(definitions):
        if not isinstance(item, dict):
            continue
        tool = item["function"] if isinstance(item.get("function"), dict) else item
        schema = next((tool[key] for key in _SCHEMAS if isinstance(tool.get(key), dict)), None)
        if isinstance(tool.get("name"), str) and tool["name"]:
            found[tool["name"]] = schema
    return found


def called_tools(messages: str) -> tuple[ToolCall, ...]:
    """The calls in messages, in order; none for JSON that was cut off."""
    return tuple(call for message in _loaded_list(messages) for call in _calls_of(message))


def _calls_of(message: Any) -> Iterator[ToolCall]:
    if not isinstance(message, dict):
        return
    inner = message.get("message")
    message = inner if isinstance(inner, dict) else message
    parts = message.get("parts", message.get("content"))
    candidates = [message] + (parts if isinstance(parts, list) else [])
    for part in candidates:
        if isinstance(part, dict) and part.get("type") in _CALL_TYPES:
            yield _call(part)
    for call in message.get("tool_calls") or ():
        if isinstance(call, dict):
            yield _call(call)


def _call(part: Mapping[str, Any]) -> ToolCall:
    function = part["function"] if isinstance(part.get("function"), dict) else part
    name = function.get("name") or function.get("toolName") or ""
    arguments = next((function[key] for key in ("arguments", "input", "args") if key in function), None)
    if not isinstance(arguments, str):
        return ToolCall(str(name), {} if arguments is None else arguments)
    if not arguments.strip():
        return ToolCall(str(name), {})
    try:
        return ToolCall(str(name), orjson.loads(arguments))
    except orjson.JSONDecodeError:
        return ToolCall(str(name), None, broken=True)


def _loaded_list(text: str) -> list[Any]:
    try:
        parsed = orjson.loads(text) if text else []
    except orjson.JSONDecodeError:
        return []
    return parsed if isinstance(parsed, list) else [parsed]
