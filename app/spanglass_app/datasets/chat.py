"""Stored messages (`docs/messages.md`: role and parts) as OpenAI chat messages, and stored text as well as it goes.

Reasoning is left out: it is not to be imitated verbatim. Images and audio are kept by reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

Chat = dict[str, Any]


def chat_messages(stored: str, role: str) -> list[Chat]:
    """`role` is for text that does not say who wrote it; [] for empty text."""
    if not stored:
        return []
    try:
        parsed = orjson.loads(stored)
    except orjson.JSONDecodeError:
        return [{"role": role, "content": stored}]
    messages = parsed if isinstance(parsed, list) else [parsed]
    return [chat for message in messages for chat in _chat(message, role)]


def system_messages(stored: str) -> list[Chat]:
    """`SystemInstructions`: parts without a role."""
    parts = [message.get("content") for message in chat_messages(stored, "system")]
    text = "\n\n".join(part for part in parts if isinstance(part, str) and part)
    return [{"role": "system", "content": text}] if text else []


def _chat(message: Any, role: str) -> Iterator[Chat]:
    if not isinstance(message, Mapping):
        yield {"role": role, "content": str(message)}
    elif "parts" in message:
        yield from _from_parts(str(message.get("role") or role), message["parts"])
    elif "role" in message:
        yield {name: value for name, value in message.items() if name != "finish_reason"}
    else:
        yield {"role": role, "content": str(message.get("content", message.get("text", "")))}


def _from_parts(role: str, parts: Any) -> Iterator[Chat]:
    parts = [part for part in parts if isinstance(part, Mapping)] if isinstance(parts, list) else []
    answers = [part for part in parts if part.get("type") == "tool_call_response"]
    for part in answers:
        yield {
            "role": "tool",
            "tool_call_id": str(part.get("id", "")),
            "content": _text(part.get("response", part.get("result"))),
        }
    calls = [_call(part) for part in parts if part.get("type") == "tool_call"]
    content = _content(parts)
    if content or calls or not answers:
        yield {"role": role, "content": content, **({"tool_calls": calls} if calls else {})}


def _content(parts: list[Mapping[str, Any]]) -> str | list[Chat]:
    said = [part for part in parts if part.get("type") in ("text", "refusal", "uri", "image", "blob", "file")]
    if all(part.get("type") in ("text", "refusal") for part in said):
        return "".join(str(part.get("content", "")) for part in said)
    return [_piece(part) for part in said]


def _piece(part: Mapping[str, Any]) -> Chat:
    if part.get("type") in ("text", "refusal"):
        return {"type": "text", "text": str(part.get("content", ""))}
    return {"type": "image_url", "image_url": {"url": str(part.get("uri", part.get("content", "")))}}


def _call(part: Mapping[str, Any]) -> Chat:
    function = {"name": str(part.get("name", "")), "arguments": _text(part.get("arguments", {}))}
    return {"id": str(part.get("id") or ""), "type": "function", "function": function}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
