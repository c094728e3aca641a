"""Chat messages in OpenAI's shape become the `parts` shape of the GenAI conventions (v1.41.1).

    {"role": "user", "content": "hi"}  ->  {"role": "user", "parts": [{"type": "text", "content": "hi"}]}

Messages that already have `parts`, and anything else, pass unchanged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson


def to_parts_messages(messages: Any) -> Any:
    """A list of messages (a lone message or text counts as one); each in the parts shape where it can be."""
    if isinstance(messages, str):
        return [{"role": "user", "parts": [_text(messages)]}]
    if isinstance(messages, Mapping):
        return [_to_parts_message(messages)]
    if isinstance(messages, Sequence):
        return [_to_parts_message(message) for message in messages]
    return messages


def to_output_messages(messages: Any) -> Any:
    """Like `to_parts_messages`, where lone text is what the assistant said."""
    if isinstance(messages, str):
        messages = {"role": "assistant", "content": messages}
    return to_parts_messages(messages)


def to_system_parts(system: Any) -> Any:
    """System instructions are a bare list of parts."""
    return [_text(system)] if isinstance(system, str) else system


def _to_parts_message(message: Any) -> Any:
    dump = getattr(message, "model_dump", None)  # the message objects of provider clients
    if callable(dump):
        message = dump(mode="json", exclude_none=True)
    if not isinstance(message, Mapping) or "role" not in message or "parts" in message:
        return message
    kept = {key: message[key] for key in ("name", "finish_reason") if message.get(key) is not None}
    return {"role": message["role"], "parts": _parts_of(message), **kept}


def _parts_of(message: Mapping[str, Any]) -> list[Any]:
    if message["role"] == "tool":
        response = {"type": "tool_call_response", "response": message.get("content")}
        return [{**response, "id": message["tool_call_id"]} if "tool_call_id" in message else response]
    reasoning = message.get("reasoning_content")
    parts: list[Any] = [{"type": "reasoning", "content": reasoning}] if reasoning else []
    parts.extend(_content_parts(message.get("content")))
    parts.extend(_tool_call(call) for call in message.get("tool_calls") or ())
    return parts


def _content_parts(content: Any) -> list[Any]:
    if content is None:
        return []
    if isinstance(content, str):
        return [_text(content)] if content else []
    if isinstance(content, Sequence):
        return [_content_part(part) for part in content]
    return [content]


def _content_part(part: Any) -> Any:
    """Text and images are renamed; other parts are "generic" in the conventions and kept as they are."""
    if isinstance(part, str):
        return _text(part)
    if not isinstance(part, Mapping):
        return part
    if part.get("type") in ("text", "input_text", "output_text") and "text" in part:
        return _text(part["text"])
    image = part.get("image_url")
    if part.get("type") == "image_url" and isinstance(image, Mapping) and "url" in image:
        return {"type": "uri", "modality": "image", "uri": image["url"]}
    return part


def _tool_call(call: Any) -> Any:
    function = call.get("function") if isinstance(call, Mapping) else None
    if not isinstance(function, Mapping):
        return call
    named = {
        "type": "tool_call",
        "name": function.get("name"),
        "arguments": _arguments(function.get("arguments")),
    }
    return {**named, "id": call["id"]} if call.get("id") else named


def _arguments(arguments: Any) -> Any:
    """OpenAI sends the arguments as JSON text; text that is no JSON (a cut stream) stays text."""
    if not isinstance(arguments, str):
        return arguments
    try:
        return orjson.loads(arguments)
    except orjson.JSONDecodeError:
        return arguments


def _text(content: Any) -> dict[str, Any]:
    return {"type": "text", "content": content}
