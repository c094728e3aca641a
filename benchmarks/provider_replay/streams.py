"""A recorded answer as one object: streams put together from their events."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from tests.instrumentation.cassettes import Recording

Json = dict[str, Any]


def whole(recording: Recording) -> Any:
    """The answer's JSON; None when it is no JSON."""
    text = recording.plain_body.decode(errors="replace")
    events = list(_events(text))
    if events:
        return _put_together(events)
    try:
        body = json.loads(text)
    except ValueError:
        return None
    return _google(body) if isinstance(body, list) else body


def _events(text: str) -> Iterator[Json]:
    """`data:` lines; Cohere's first API sent JSON lines alone."""
    lines = text.splitlines()
    data = [line.removeprefix("data:").strip() for line in lines if line.startswith("data:")]
    if not data and len(lines) > 1 and lines[0].startswith('{"') and lines[0].endswith("}"):
        data = lines
    yield from (json.loads(line) for line in data if line.startswith("{"))


def _put_together(events: list[Json]) -> Any:
    """By the words an API uses in its events."""
    kinds = {str(event.get("type") or event.get("event_type")) for event in events}
    for kind, assemble in _BY_KIND.items():
        if kind in kinds:
            return assemble(events)
    return _google(events) if "candidates" in events[0] else _openai(events)


def _openai(events: list[Json]) -> Json:
    answer: Json = {}
    choices: dict[int, Json] = {}
    for event in events:
        answer |= {key: event[key] for key in ("model", "usage") if event.get(key)}
        answer |= {"usage": event["x_groq"]["usage"]} if (event.get("x_groq") or {}).get("usage") else {}
        for choice in event.get("choices") or ():
            _add_choice(choices.setdefault(choice["index"], {"content": "", "tool_calls": {}}), choice)
    return {
        **answer,
        "choices": [{**each, "tool_calls": list(each["tool_calls"].values())} for each in choices.values()],
    }


def _add_choice(whole_choice: Json, choice: Json) -> None:
    delta = choice.get("delta") or {}
    content = delta.get("content") or choice.get("text") or ""
    # Mistral thinks in lists of parts; their words are no part of what is said.
    whole_choice["content"] += content if isinstance(content, str) else "".join(p.get("text", "") for p in content)
    if choice.get("finish_reason"):
        whole_choice["finish_reason"] = choice["finish_reason"]
    for call in delta.get("tool_calls") or ():
        function = whole_choice["tool_calls"].setdefault(
            call.get("index", 0), {"function": {"name": "", "arguments": ""}}
        )["function"]
        function["name"] += (call.get("function") or {}).get("name") or ""
        function["arguments"] += (call.get("function") or {}).get("arguments") or ""


def _responses(events: list[Json]) -> Any:
    ends = [event["response"] for event in events if str(event.get("type")) in _RESPONSE_ENDS]
    return ends[-1] if ends else None


def _anthropic(events: list[Json]) -> Json:
    answer: Json = {}
    blocks: dict[int, Json] = {}
    for event in events:
        if event["type"] == "message_start":
            answer = {**event["message"], "usage": dict(event["message"].get("usage") or {})}
        elif event["type"] == "content_block_start":
            blocks[event["index"]] = {**event["content_block"], "json": ""}
        elif event["type"] == "content_block_delta":
            delta, block = event["delta"], blocks[event["index"]]
            block["text"] = block.get("text", "") + delta.get("text", "")
            block["json"] += delta.get("partial_json", "")
        elif event["type"] == "message_delta":
            answer |= {key: value for key, value in event["delta"].items() if value is not None}
            answer["usage"] |= {key: value for key, value in (event.get("usage") or {}).items() if value is not None}
    spoken = [{**block, "input": block["json"] or block.get("input")} for block in blocks.values()]
    return {**answer, "content": [block for block in spoken if block["type"] != "fallback"]}


def _cohere(events: list[Json]) -> Json:
    answer: Json = {"content": {}, "tool_calls": {}}
    for event in events:
        message = (event.get("delta") or {}).get("message") or {}
        if event["type"] in ("content-start", "content-delta"):
            said = answer["content"].setdefault(event["index"], {"text": ""})
            said["text"] += (message.get("content") or {}).get("text") or ""
        elif event["type"] in ("tool-call-start", "tool-call-delta"):
            empty = {"function": {"name": "", "arguments": ""}}
            function = answer["tool_calls"].setdefault(event["index"], empty)["function"]
            for key in function:
                function[key] += (message["tool_calls"].get("function") or {}).get(key) or ""
        elif event["type"] == "message-end":
            answer |= event["delta"]
    return {**answer, **{key: list(answer[key].values()) for key in ("content", "tool_calls")}}


def _cohere_v1(events: list[Json]) -> Json:
    return {**events[-1].get("response", {}), "finish_reason": events[-1].get("finish_reason")}


def _google(answers: list[Json]) -> Json:
    """Later answers repeat the usage of the earlier; the pieces of a text are one text."""
    parts: list[Json] = []
    for part in (
        p for a in answers for c in a.get("candidates") or () for p in (c.get("content") or {}).get("parts", ())
    ):
        if parts and "text" in part and "text" in parts[-1] and part.get("thought") == parts[-1].get("thought"):
            parts[-1] = {**parts[-1], "text": parts[-1]["text"] + part["text"]}
        else:
            parts.append(part)
    last = {key: value for answer in answers for key, value in answer.items()}
    return {**last, "candidates": [{**(last.get("candidates") or [{}])[0], "content": {"parts": parts}}]}


_RESPONSE_ENDS = ("response.completed", "response.incomplete", "response.failed")
_BY_KIND: dict[str, Callable[[list[Json]], Any]] = {
    "message_start": _anthropic,
    "message-start": _cohere,
    "stream-start": _cohere_v1,
    "response.created": _responses,
}
