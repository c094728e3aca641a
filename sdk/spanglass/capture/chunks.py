"""Streamed chunks of a model call become the reply that the same call without streaming would have given.

Chunks of OpenAI chat completions carry `choices[].delta`; events of OpenAI's responses end with the whole response;
events of Anthropic's messages open, extend and close content blocks. Lists of anything else are None.
"""

from __future__ import annotations

from typing import Any

import orjson


def joined(chunks: list[Any]) -> dict[str, Any] | None:
    """One reply, or None when these are not chunks of a known kind."""
    events = [chunk for chunk in chunks if isinstance(chunk, dict)]
    if any(event.get("object") == "chat.completion.chunk" for event in events[:2]):
        return _chat(events)
    if any(str(event.get("type", "")).startswith("response.") for event in events[:2]):
        return next((event["response"] for event in reversed(events) if event.get("response")), None)
    if any(event.get("type") == "message_start" for event in events[:2]):
        return _anthropic(events)
    return None


def _chat(chunks: list[dict[str, Any]]) -> dict[str, Any]:
    choices: dict[int, dict[str, Any]] = {}
    reply: dict[str, Any] = {}
    for chunk in chunks:
        reply.update({key: chunk[key] for key in ("model", "usage") if chunk.get(key)})
        for streamed in chunk.get("choices") or ():
            empty: dict[str, Any] = {"message": {"role": "assistant", "content": ""}}
            choice = choices.setdefault(streamed.get("index", 0), empty)
            _extend(choice["message"], streamed.get("delta") or {})
            if streamed.get("finish_reason"):
                choice["finish_reason"] = streamed["finish_reason"]
    return {**reply, "choices": [choices[index] for index in sorted(choices)]}


def _extend(message: dict[str, Any], delta: dict[str, Any]) -> None:
    for key in ("content", "reasoning_content", "refusal"):
        if delta.get(key):
            message[key] = (message.get(key) or "") + delta[key]
    for streamed in delta.get("tool_calls") or ():
        calls = message.setdefault("tool_calls", [])
        index = streamed.get("index", len(calls))
        while len(calls) <= index and len(calls) < 1000:
            calls.append({"id": None, "type": "function", "function": {"name": "", "arguments": ""}})
        if index < len(calls):
            _extend_call(calls[index], streamed)


def _extend_call(call: dict[str, Any], streamed: dict[str, Any]) -> None:
    call["id"] = streamed.get("id") or call["id"]
    for key, value in (streamed.get("function") or {}).items():
        if isinstance(value, str):
            call["function"][key] = call["function"].get(key, "") + value


def _anthropic(events: list[dict[str, Any]]) -> dict[str, Any]:
    reply: dict[str, Any] = {"type": "message", "content": [], "usage": {}}
    for event in events:
        kind = event.get("type")
        if kind == "message_start":
            started = event.get("message") or {}
            reply["model"] = started.get("model")
            reply["usage"].update(_counts(started.get("usage")))
        elif kind == "content_block_start":
            reply["content"].append({**(event.get("content_block") or {}), "json": ""})
        elif kind == "content_block_delta" and reply["content"]:
            _extend_block(reply["content"][-1], event.get("delta") or {})
        elif kind == "message_delta":
            reply["stop_reason"] = (event.get("delta") or {}).get("stop_reason")
            reply["usage"].update(_counts(event.get("usage")))
    reply["content"] = [_closed(block) for block in reply["content"]]
    return reply


def _counts(usage: Any) -> dict[str, Any]:
    return {key: value for key, value in (usage or {}).items() if value is not None}


def _extend_block(block: dict[str, Any], delta: dict[str, Any]) -> None:
    for key in ("text", "thinking"):
        if delta.get(key):
            block[key] = block.get(key, "") + delta[key]
    block["json"] += delta.get("partial_json") or ""


def _closed(block: dict[str, Any]) -> dict[str, Any]:
    text = block.pop("json")
    if text:
        try:
            block["input"] = orjson.loads(text)
        except orjson.JSONDecodeError:  # a stream that was cut
            block["input"] = text
    return block
