"""Where text is in the arguments and results of calls, and the same value with that text changed.

Read are strings in lists, tuples and mappings, messages, and answers of the usual clients, by the names of their
attributes. `strict` is for results: there every role is read, and what cannot be read raises. Of arguments only the
messages of users and tools are read: what the application or the model said before is not what came in now.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

Change = Callable[[str], str]
_DEPTH = 32
_NOT_CONTENT = frozenset({"role", "type", "id", "name", "model", "tool_call_id", "finish_reason", "object"})
_OWN_WORDS = frozenset({"system", "developer", "assistant", "model", "ai"})
_FIELDS = ("choices", "message", "content", "text", "output", "parts", "candidates", "arguments")
_NO_TEXT = (type(None), bool, int, float, complex, bytes, bytearray)


class Unreadable(TypeError):
    """A value of which nobody knows where its text is."""


def texts_of(value: Any, *, strict: bool) -> list[str]:
    """All texts that are not empty, in order. Raises Unreadable with `strict`."""
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return text

    with_texts(value, note, strict=strict)
    return found


def with_texts(value: Any, change: Change, *, strict: bool = False, depth: int = 0) -> Any:
    """`value` itself when `change` changes nothing in it, else a copy with the changed texts."""
    if isinstance(value, str):
        return change(value) if value else value
    if isinstance(value, _NO_TEXT) or depth > _DEPTH:
        return value
    if isinstance(value, Mapping):
        return _mapping(value, change, strict, depth)
    if isinstance(value, (list, tuple)):
        items = [with_texts(item, change, strict=strict, depth=depth + 1) for item in value]
        return value if _same(items, value) else (items if isinstance(value, list) else _like(value, items))
    return _object(value, change, strict, depth)


def _mapping(value: Mapping[Any, Any], change: Change, strict: bool, depth: int) -> Any:
    if not strict and value.get("role") in _OWN_WORDS:
        return value
    items = {
        key: item if key in _NOT_CONTENT else with_texts(item, change, strict=strict, depth=depth + 1)
        for key, item in value.items()
    }
    return value if _same(items.values(), value.values()) else items


def _object(value: Any, change: Change, strict: bool, depth: int) -> Any:
    fields = {name: part for name in _FIELDS if (part := getattr(value, name, None)) is not None and not callable(part)}
    if not fields:
        if strict:
            raise Unreadable(f"no text is known in a {type(value).__name__}")
        return value
    changed = {name: new for name, part in fields.items() if (new := _field(part, change, strict, depth)) is not part}
    if not changed:
        return value
    result = copy.copy(value)
    for name, part in changed.items():
        setattr(result, name, part)
    return result


def _field(part: Any, change: Change, strict: bool, depth: int) -> Any:
    try:
        return with_texts(part, change, strict=strict, depth=depth + 1)
    except Unreadable:  # the object itself could be read
        return part


def _same(items: Any, before: Any) -> bool:
    return all(item is old for item, old in zip(items, before, strict=True))


def _like(value: tuple[Any, ...], items: list[Any]) -> tuple[Any, ...]:
    return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
