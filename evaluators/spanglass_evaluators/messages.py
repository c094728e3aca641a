"""Plain text out of the JSON of messages: what the model said, what the user asked.

Reads the GenAI shape (`{"role", "parts": [{"type": "text", "content"}]}`), the OpenAI shape
(`{"role", "content": str | [{"type": "text", "text"}]}`), bare strings, and JSON that an SDK's length limit
cut off. Reasoning, tool calls and binary parts are not text that anybody said to anybody, and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

_TEXT_TYPES = frozenset({"text", "input_text", "output_text", "refusal", ""})
_LOOKS_LIKE_MESSAGES = re.compile(r'\s*[\[{][\[{\s]*"')  # "[Yes]" is an answer, not broken JSON
_CUT_TEXT = re.compile(r'"(?:content|text)"\s*:\s*"((?:[^"\\]|\\.)*)')


def said_text(messages: str, fallback: str = "") -> str:
    """All text of the messages, a blank line between messages; `fallback` when there is none."""
    return "\n\n".join(_texts(messages, None)) or fallback


def asked_text(messages: str, fallback: str = "") -> str:
    """The text of the last message by the user; of all messages when none says who wrote it."""
    by_user = list(_texts(messages, "user"))
    return by_user[-1] if by_user else said_text(messages, fallback)


def system_text(instructions: str, messages: str = "") -> str:
    """What the application told the model: system instructions, and messages by "system" or "developer"."""
    by_system = [text for role in ("system", "developer") for text in _texts(messages, role)]
    return "\n\n".join([*_texts(instructions, None), *by_system])


def _texts(messages: str, role: str | None) -> Iterator[str]:
    if not messages:
        return
    try:
        parsed = orjson.loads(messages)
    except orjson.JSONDecodeError:
        yield from _texts_of_broken(messages)
        return
    for message in _as_list(parsed):
        if role is None or (isinstance(message, dict) and message.get("role") == role):
            text = "".join(_parts(message))
            if text.strip():
                yield text


def _texts_of_broken(messages: str) -> Iterator[str]:
    if not _LOOKS_LIKE_MESSAGES.match(messages):
        yield messages
        return
    for match in _CUT_TEXT.finditer(messages):
        yield match.group(1).replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\")


def _parts(message: Any) -> Iterable[str]:
    if isinstance(message, str):
        return [message]
    if not isinstance(message, dict):
        return []
    inner = message.get("message")
    if isinstance(inner, dict):  # an OpenAI choice wraps its message
        message = inner
    content = message.get("parts", message.get("content", message.get("text")))
    return [text for part in _as_list(content) for text in _part_text(part)]


def _part_text(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict) and str(part.get("type", "")) in _TEXT_TYPES:
        text = part.get("content", part.get("text", part.get("refusal")))
        if isinstance(text, str):
            yield text


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
