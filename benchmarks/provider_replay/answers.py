"""What a provider said, read from its recorded bytes alone, whatever shape its API has."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.provider_replay.streams import whole
from tests.instrumentation.cassettes import Recording

Call = tuple[str, str]
"""A tool's name and its arguments as sorted JSON."""
_ANSWERS = ("choices", "content", "candidates", "output", "message", "text", "generation", "generations")
_ANSWERS += ("results", "outputs", "completion", "completions", "tool_calls")
_TEXT_KEYS = ("text", "content", "generation", "outputText", "completion")
_ASKED = ("messages", "input", "contents", "prompt", "message", "inputText", "system", "instructions")
_UNSPOKEN = ("reasoning", "thinking", "summary_text", "program")
"""Thoughts: senders that tell them call them so, and not all do."""
_ASIDE = {"annotations", "citations", "logprobs", "thinking", "summary", "tool_plan", "encrypted_content", "data"}
_INPUT = ("prompt_tokens", "input_tokens", "promptTokenCount", "inputTokens", "inputTextTokenCount")
_INPUT += ("prompt_token_count",)
_OUTPUT = ("completion_tokens", "output_tokens", "candidatesTokenCount", "outputTokens", "tokenCount")
_OUTPUT += ("generation_token_count",)
_CACHED = ("cached_tokens", "cache_read_input_tokens", "cachedContentTokenCount", "cacheReadInputTokens")
_WRITTEN = ("cache_creation_input_tokens", "cacheWriteInputTokens")
_BESIDE = ("cache_read_input_tokens", "cacheReadInputTokens")
"""Providers with these words count what was cached beside the input, not in it."""
_CALLED = ("function", "function_call", "toolUse", "functionCall")
_REASONS = ("finish_reason", "finishReason", "stop_reason", "stopReason", "completionReason")


@dataclass(frozen=True)
class Answer:
    """Counts are None, and words empty, where the provider said none."""

    model: str
    input_tokens: int | None
    output_tokens: int | None
    cached_tokens: int | None
    reasoning_tokens: int | None
    finish_reasons: list[str]
    texts: list[str]
    calls: list[Call]


def answer_of(recording: Recording) -> Answer | None:
    """None when the recorded answer is an error or nothing that can be read."""
    body = None if recording.is_error else whole(recording)
    if not isinstance(body, dict):
        return None
    said = {key: body[key] for key in _ANSWERS if body.get(key)}
    usage = dict(_members(_billed(body) or body.get("usage") or body.get("usageMetadata") or _bedrock_usage(body)))
    cached, thought = _first(usage, _CACHED), _first(usage, ("reasoning_tokens", "thoughtsTokenCount"))
    cached = None if _billed(body) else cached  # of all tokens, not of those that are billed
    beside = sum(_first(usage, (name,)) or 0 for name in _WRITTEN) + (cached or 0 if set(_BESIDE) & set(usage) else 0)
    given, made = _first(usage, _INPUT), _first(usage, _OUTPUT)
    return Answer(
        model=str(body.get("model") or body.get("modelVersion") or ""),
        input_tokens=None if given is None else given + beside,
        output_tokens=None if made is None else made + ((thought or 0) if "thoughtsTokenCount" in usage else 0),
        cached_tokens=cached or None,
        reasoning_tokens=thought or None,
        finish_reasons=list(_reasons(body)),
        texts=[text for text in _texts(said) if text.strip()],
        calls=list(_calls(said)),
    )


def asked_of(recording: Recording) -> list[str]:
    """Texts that people and instructions said in the request; what tools said is left out."""
    request = {key: recording.request[key] for key in _ASKED if recording.request.get(key)}
    if "embed" in recording.url or "rerank" in recording.url:
        return []
    return [text for text in _texts(list(request.values()), "text") if text.strip()]


def _first(usage: dict[str, Any], names: tuple[str, ...]) -> int | None:
    found = [usage[name] for name in names if isinstance(usage.get(name), int | float)]
    return int(found[0]) if found else None


def _members(usage: Any) -> Iterator[tuple[str, Any]]:
    """Inner members too."""
    for key, value in (usage or {}).items():
        if isinstance(value, dict):
            yield from _members(value)
        elif value is not None:
            yield key, value


def _billed(body: dict[str, Any]) -> Any:
    """Cohere tells what it bills beside what it read; what is paid for is told by instrumentations."""
    usages = (body.get("meta"), body.get("usage"))
    return next((usage["billed_units"] for usage in usages if (usage or {}).get("billed_units")), None)


def _bedrock_usage(body: dict[str, Any]) -> dict[str, Any]:
    """Titan and Llama put their counts beside the text."""
    results = body.get("results") or [{}]
    return {key: value for key, value in {**body, **results[0]}.items() if key in (*_INPUT, *_OUTPUT)}


def _reasons(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for inner in value:
            yield from _reasons(inner)
        return
    for key in _REASONS:
        reason = value.get(key)
        reason = reason.get("reason") if isinstance(reason, dict) else reason
        if isinstance(reason, str):
            yield reason
    for key in ("choices", "candidates", "results", "generations", "outputs", "completions"):
        if isinstance(value.get(key), list):
            yield from _reasons(value[key])


def _texts(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, str):
        if key in _TEXT_KEYS:
            yield value
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, key)
    elif isinstance(value, dict) and not _is_unspoken(value):
        for name, inner in value.items():
            if name not in _ASIDE:
                yield from _texts(inner, name)


def _is_unspoken(value: dict[str, Any]) -> bool:
    kind = str(value.get("type") or "")
    is_tool = kind.endswith(("_result", "_output", "_call", "_use")) or value.get("role") in ("tool", "function")
    return (
        is_tool
        or kind in _UNSPOKEN
        or bool(value.get("thought"))
        or "toolResult" in value
        or "functionResponse" in value
    )


def _calls(value: Any) -> Iterator[Call]:
    if isinstance(value, list):
        for inner in value:
            yield from _calls(inner)
    elif isinstance(value, dict):
        called = next((value[key] for key in _CALLED if value.get(key)), value)
        arguments = next((called[k] for k in ("arguments", "input", "args", "parameters") if k in called), None)
        is_call = called is not value or value.get("type") in ("function_call", "tool_use") or "parameters" in value
        if is_call and isinstance(called, dict) and "name" in called:
            yield called["name"], as_json(arguments)
        else:
            for inner in value.values():
                yield from _calls(inner)


def as_json(arguments: Any) -> str:
    """Arguments as a value: white space and the order of keys say nothing."""
    try:
        value = json.loads(arguments) if isinstance(arguments, str) and arguments else arguments
    except ValueError:
        value = arguments
    return json.dumps(value or {}, sort_keys=True)
