"""What the provider said, read from the recorded bytes alone: column of `spans` -> the value it should have.

A column that is absent was not said by the provider (streams without usage, the Responses API's missing finish
reasons) and is not judged.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from typing import Any

from tests.instrumentation.cassettes import GZIP_MAGIC, Recording
from tests.instrumentation.utterances import Utterance, of_chat_messages, of_response_items

Values = dict[str, Any]


def recorded(recording: Recording) -> Values:
    """Columns that can be told from the recording."""
    asked = recording.request
    values: Values = {
        "Kind": "embedding" if recording.path == "embeddings" else "llm",
        "RequestModel": asked["model"],
        "StatusCode": "Error" if recording.is_error else "",
    }
    if recording.path != "embeddings":
        values |= {"Streaming": recording.is_stream, "InputMessages": _asked(recording)}
    if asked.get("tools"):
        values["ToolDefinitions"] = [_tool_name(tool) for tool in asked["tools"]]
    return values | (_error(recording) if recording.is_error else _answered(recording))


def _asked(recording: Recording) -> list[Utterance]:
    asked = recording.request
    if recording.path == "completions":
        prompts = asked["prompt"]
        return [("user", "text", prompt) for prompt in ([prompts] if isinstance(prompts, str) else prompts)]
    if recording.path == "responses":
        instructions = asked.get("instructions")
        system = [("system", "text", instructions)] if instructions else []
        return system + of_response_items(asked["input"])
    return of_chat_messages(asked["messages"])


def _tool_name(tool: dict[str, Any]) -> str:
    return str(tool.get("function", tool).get("name") or tool["type"])


def _error(recording: Recording) -> Values:
    return {"ErrorType": {400: "BadRequestError", 404: "NotFoundError"}[recording.status]}


def _answered(recording: Recording) -> Values:
    body = recording.body
    text = (gzip.decompress(body) if body.startswith(GZIP_MAGIC) else body).decode()
    answer = STREAMS[recording.path](_events(text)) if recording.is_stream else json.loads(text)
    values = {"ResponseModel": answer["model"]} | _usage(answer.get("usage") or {})
    if recording.path != "embeddings":
        values |= {"ResponseId": answer["id"]} | OUTPUTS[recording.path](answer)
    if recording.is_stream:
        values["TimeToFirstToken"] = True
    return values


def _events(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        data = line.removeprefix("data:").strip()
        if line.startswith("data:") and data != "[DONE]":
            yield json.loads(data)


def _usage(usage: dict[str, Any]) -> Values:
    """Both of OpenAI's usage blocks. A detail of 0 tokens is as good as none."""
    inputs = usage.get("prompt_tokens_details") or usage.get("input_tokens_details") or {}
    outputs = usage.get("completion_tokens_details") or usage.get("output_tokens_details") or {}
    values = {
        "InputTokens": usage.get("prompt_tokens", usage.get("input_tokens")),
        "OutputTokens": usage.get("completion_tokens", usage.get("output_tokens")),
        "CachedInputTokens": inputs.get("cached_tokens") or None,
        "ReasoningTokens": outputs.get("reasoning_tokens") or None,
    }
    return {column: value for column, value in values.items() if value is not None}


def _chat_output(answer: dict[str, Any]) -> Values:
    choices = answer["choices"]
    return {"OutputMessages": of_chat_messages(choice["message"] for choice in choices)} | _reasons(choices)


def _completion_output(answer: dict[str, Any]) -> Values:
    choices = answer["choices"]
    return {"OutputMessages": [("assistant", "text", choice["text"]) for choice in choices]} | _reasons(choices)


CONVENTION = {"tool_calls": "tool_call", "function_call": "tool_call"}
"""OpenAI's words for what the GenAI convention calls `tool_call`; instrumentations send the one or the other."""


def _reasons(choices: list[dict[str, Any]]) -> Values:
    reasons = [choice["finish_reason"] for choice in choices]
    return {"FinishReasons": [CONVENTION.get(reason, reason) for reason in reasons]} if all(reasons) else {}


def _response_output(answer: dict[str, Any]) -> Values:
    return {"OutputMessages": of_response_items(answer["output"])}


def _chat_stream(events: Iterator[dict[str, Any]]) -> dict[str, Any]:
    answer: dict[str, Any] = {"choices": {}}
    for event in events:
        answer |= {key: event[key] for key in ("id", "model", "usage") if event.get(key)}
        for choice in event["choices"]:
            _add_delta(answer["choices"].setdefault(choice["index"], _empty_choice()), choice)
    answer["choices"] = list(answer["choices"].values())
    for choice in answer["choices"]:
        choice["message"]["tool_calls"] = list(choice["message"]["tool_calls"].values())
    return answer


def _empty_choice() -> dict[str, Any]:
    return {"finish_reason": None, "message": {"role": "assistant", "content": "", "tool_calls": {}}}


def _add_delta(choice: dict[str, Any], event: dict[str, Any]) -> None:
    choice["finish_reason"] = event.get("finish_reason") or choice["finish_reason"]
    choice["message"]["content"] += event["delta"].get("content") or ""
    for delta in event["delta"].get("tool_calls") or ():
        empty = {"function": {"name": "", "arguments": ""}}
        function = choice["message"]["tool_calls"].setdefault(delta["index"], empty)["function"]
        function["name"] += delta["function"].get("name") or ""
        function["arguments"] += delta["function"].get("arguments") or ""


def _completion_stream(events: Iterator[dict[str, Any]]) -> dict[str, Any]:
    answer: dict[str, Any] = {"choices": [{"text": "", "finish_reason": None}]}
    first = answer["choices"][0]
    for event in events:
        answer |= {key: event[key] for key in ("id", "model", "usage") if event.get(key)}
        for choice in event["choices"]:
            first["text"] += choice["text"]
            first["finish_reason"] = choice["finish_reason"] or first["finish_reason"]
    return answer


def _response_stream(events: Iterator[dict[str, Any]]) -> dict[str, Any]:
    ends = [event["response"] for event in events if event["type"] in RESPONSE_ENDS]
    return ends[-1]


RESPONSE_ENDS = ("response.completed", "response.incomplete", "response.failed")
STREAMS: dict[str, Callable[[Iterator[dict[str, Any]]], dict[str, Any]]] = {
    "chat/completions": _chat_stream,
    "completions": _completion_stream,
    "responses": _response_stream,
}
OUTPUTS: dict[str, Callable[[dict[str, Any]], Values]] = {
    "chat/completions": _chat_output,
    "completions": _completion_output,
    "responses": _response_output,
}
