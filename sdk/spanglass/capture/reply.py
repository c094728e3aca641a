"""What a model call returned, read from its JSON text: messages, usage, model and finish reasons.

Runs in the exporter's thread, on what a traced `kind="llm"` function returned or yielded: reply objects of OpenAI
(chat and responses) and Anthropic, and lists of their streamed chunks, which become one reply first.
"""

from __future__ import annotations

from typing import Any

import orjson

from spanglass import attributes as names
from spanglass.capture.chunks import joined
from spanglass.capture.messages import to_output_messages
from spanglass.capture.usage import usage_attributes

_MARKS = ('"choices":[', '"usage":{', '"stop_reason":', '"type":"response.', '"type":"content_block_')


def reply_attributes(text: str) -> dict[str, Any]:
    """Attributes that follow from the output's JSON text; nothing for output of another shape."""
    if text[:1] not in ("{", "[") or not any(mark in text for mark in _MARKS):
        return {}
    value = orjson.loads(text)
    if isinstance(value, list):
        value = joined(value)
    return _described(value) if isinstance(value, dict) else {}


def _described(reply: dict[str, Any]) -> dict[str, Any]:
    messages, reasons = _messages(reply)
    described: dict[str, Any] = dict(usage_attributes(reply.get("usage") or {}))
    if messages:
        described[names.OUTPUT_MESSAGES] = orjson.dumps(to_output_messages(messages)).decode()
    if reasons:
        described[names.FINISH_REASONS] = tuple(reasons)
    if isinstance(reply.get("model"), str):
        described[names.RESPONSE_MODEL] = reply["model"]
    return described


def _messages(reply: dict[str, Any]) -> tuple[list[Any], list[str]]:
    """Messages and finish reasons; both empty for a reply of unknown shape."""
    if isinstance(reply.get("choices"), list):
        choices = [choice for choice in reply["choices"] if isinstance(choice, dict)]
        messages = [_with_reason(choice["message"], choice) for choice in choices if choice.get("message")]
        return messages, [choice["finish_reason"] for choice in choices if choice.get("finish_reason")]
    if reply.get("object") == "response" and isinstance(reply.get("output"), list):
        return [_of_items(reply["output"])], [reply["status"]] if reply.get("status") else []
    if reply.get("type") == "message" and isinstance(reply.get("content"), list):
        parts = [_anthropic_part(part) for part in reply["content"]]
        return [{"role": "assistant", "parts": parts}], [reply["stop_reason"]] if reply.get("stop_reason") else []
    return [], []


def _with_reason(message: dict[str, Any], choice: dict[str, Any]) -> dict[str, Any]:
    return {**message, "finish_reason": choice["finish_reason"]} if choice.get("finish_reason") else message


def _anthropic_part(part: dict[str, Any]) -> dict[str, Any]:
    if part.get("type") == "text":
        return {"type": "text", "content": part.get("text", "")}
    if part.get("type") == "thinking":
        return {"type": "reasoning", "content": part.get("thinking", "")}
    if part.get("type") == "tool_use":
        return {"type": "tool_call", "id": part.get("id"), "name": part.get("name"), "arguments": part.get("input")}
    return part


def _of_items(items: list[dict[str, Any]]) -> dict[str, Any]:
    """The output items of OpenAI's responses API as one assistant message."""
    parts: list[Any] = []
    for item in items:
        if item.get("type") == "message":
            parts += [{"type": "text", "content": part.get("text", "")} for part in item.get("content") or ()]
        elif item.get("type") == "function_call":
            call = {"type": "tool_call", "id": item.get("call_id"), "name": item.get("name")}
            parts.append({**call, "arguments": item.get("arguments")})
    return {"role": "assistant", "parts": parts}
