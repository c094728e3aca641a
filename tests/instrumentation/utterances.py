"""Conversations as comparable utterances, whoever wrote them down and however they grouped them into messages.

An utterance is (who, what, value): ("user", "text", "hi"), ("", "image", url), ("", "call", 'name {"a": 1}'),
("", "result", text). Calls and results have no speaker: some senders say assistant or tool, some nobody.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

Utterance = tuple[str, str, str]


def of_chat_messages(messages: Iterable[dict[str, Any]]) -> list[Utterance]:
    """OpenAI chat messages."""
    return [each for message in messages for each in _of_chat_message(message)]


def _of_chat_message(message: dict[str, Any]) -> Iterator[Utterance]:
    if message.get("role") == "tool":
        yield "", "result", "".join(text for _, _, text in _of_content("", message.get("content")))
        return
    yield from _of_content(message["role"], message.get("content"))
    if message.get("refusal"):
        yield message["role"], "text", message["refusal"]
    for call in message.get("tool_calls") or ():
        yield from _call(call["function"]["name"], call["function"]["arguments"])
    if message.get("function_call"):
        yield from _call(message["function_call"]["name"], message["function_call"]["arguments"])


def _of_content(role: str, content: str | list[dict[str, Any]] | None) -> Iterator[Utterance]:
    for part in [{"type": "text", "text": content}] if isinstance(content, str) else content or ():
        if part["type"] in ("text", "input_text", "output_text") and part["text"]:
            yield role, "text", part["text"]
        elif part["type"] in ("image_url", "input_image"):
            image = part["image_url"]
            yield "", "image", image["url"] if isinstance(image, dict) else image


def of_response_items(items: str | list[dict[str, Any]]) -> list[Utterance]:
    """Input or output of OpenAI's Responses API."""
    if isinstance(items, str):
        return [("user", "text", items)]
    return [each for item in items for each in _of_response_item(item)]


def _of_response_item(item: dict[str, Any]) -> Iterator[Utterance]:
    if item.get("type") == "function_call":
        yield from _call(item["name"], item["arguments"])
    elif item.get("type") == "function_call_output":
        yield "", "result", item["output"]
    elif "role" in item:
        yield from _of_content(item["role"], item["content"])


def of_parts(messages: Iterable[dict[str, Any]], role: str = "") -> list[Utterance]:
    """The GenAI convention's messages, as they are in `spans`."""
    return [
        each
        for message in messages
        for part in message.get("parts", ())
        for each in _of_part(message.get("role", role), part)
    ]


def _of_part(role: str, part: dict[str, Any]) -> Iterator[Utterance]:
    kind = part.get("type")
    if kind in ("text", "refusal") and part["content"]:
        yield role, "text", part["content"]
    elif kind == "tool_call":
        yield from _call(part["name"], part.get("arguments"))
    elif kind == "tool_call_response":
        yield "", "result", _text(part.get("response", part.get("result")))
    elif kind == "uri":
        yield "", "image", part["uri"]


def _call(name: str, arguments: Any) -> Iterator[Utterance]:
    """Arguments are compared as JSON values: white space and the order of keys say nothing."""
    value = json.loads(arguments) if isinstance(arguments, str) and arguments else arguments
    yield "", "call", f"{name} {json.dumps(value or {}, sort_keys=True)}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
