"""A conversation as one OTLP span of kind llm, with ids that are the same at every import."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from spanglass import attributes as names
from spanglass.capture.messages import to_output_messages, to_parts_messages
from spanglass_app.conversations.line import BadLine, Conversation, number

_USAGE = (
    (names.INPUT_TOKENS, ("input_tokens", "prompt_tokens")),
    (names.OUTPUT_TOKENS, ("output_tokens", "completion_tokens")),
    (names.CACHED_INPUT_TOKENS, ("cached_tokens", "cache_read_input_tokens")),
    (names.CACHE_WRITE_TOKENS, ("cache_creation_input_tokens", "cache_write_tokens")),
    (names.REASONING_TOKENS, ("reasoning_tokens",)),
)
_MODEL_VERSION = "spanglass.model.version"


@dataclass(frozen=True, slots=True)
class Identity:
    """Where a conversation is in the store."""

    trace_id: bytes
    span_id: bytes


def identify(conversation: Conversation, occurrence: int) -> Identity:
    """From the line's own ids; else from its content and how many equal lines came before it in the file."""
    fields = conversation.fields
    seed = fields.get("id")
    canonical = orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)
    content = f"id:{seed}".encode() if seed is not None else canonical + f"#{occurrence}".encode()
    digest = hashlib.sha256(content).digest()
    return Identity(
        _hex_id(fields.get("trace_id"), 16, "trace_id") or digest[:16],
        _hex_id(fields.get("span_id"), 8, "span_id") or digest[16:24],
    )


def to_span(conversation: Conversation, identity: Identity, start_ns: int) -> Span:
    """The span; `start_ns` is used when the line has no time of its own."""
    start = conversation.start_ns if conversation.start_ns is not None else start_ns
    model = conversation.text("model", "response_model")
    span = Span(
        trace_id=identity.trace_id,
        span_id=identity.span_id,
        name=f"chat {model}".strip(),
        kind=Span.SPAN_KIND_CLIENT,
        start_time_unix_nano=start,
        end_time_unix_nano=start + conversation.duration_ns,
    )
    for key, value in _attributes(conversation):
        _set(span, key, value)
    if conversation.text("error"):
        span.status.code = Status.STATUS_CODE_ERROR
        span.status.message = conversation.text("error")
    return span


def _attributes(conversation: Conversation) -> Iterator[tuple[str, Any]]:
    fields, text = conversation.fields, conversation.text
    yield names.KIND, "llm"
    yield names.OPERATION, "chat"
    yield names.PROVIDER, text("provider")
    yield names.REQUEST_MODEL, text("model")
    yield names.RESPONSE_MODEL, text("response_model")
    yield _MODEL_VERSION, text("model_version")
    yield names.SESSION, text("session", "session_id", "conversation_id")
    yield names.USER, text("user", "user_id")
    yield names.PROMPT_NAME, text("prompt_name")
    yield names.PROMPT_VERSION, text("prompt_version")
    yield names.INPUT_MESSAGES, _json(to_parts_messages(conversation.input_messages))
    yield names.OUTPUT_MESSAGES, _json(to_output_messages(conversation.output_messages))
    yield names.FINISH_REASONS, _finish_reasons(conversation)
    yield names.TAGS, [str(tag) for tag in fields.get("tags") or ()]
    yield names.ERROR_TYPE, "_OTHER" if text("error") else ""
    yield from _numbers(fields)
    yield from _metadata(fields)


def _numbers(fields: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    usage = _with_details(fields.get("usage") or {})
    for key, aliases in _USAGE:
        alias = next((alias for alias in aliases if usage.get(alias) is not None), None)
        if alias is not None:
            yield key, int(number(usage[alias], f"usage.{alias}"))
    for key, name in ((names.COST_USD, "cost_usd"), (names.TIME_TO_FIRST_CHUNK, "time_to_first_token_s")):
        if fields.get(name) is not None:
            yield key, number(fields[name], name)


def _with_details(usage: Mapping[str, Any]) -> dict[str, Any]:
    """OpenAI keeps cached and reasoning tokens in `prompt_tokens_details` and `completion_tokens_details`."""
    details = [part for name, part in usage.items() if name.endswith("_details") and isinstance(part, dict)]
    return {**{name: value for part in details for name, value in part.items()}, **usage}


def _metadata(fields: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    metadata = dict(fields.get("metadata") or {})
    if fields.get("reference") is not None:
        metadata.setdefault("reference", fields["reference"])
    for key, value in metadata.items():
        yield names.METADATA_PREFIX + str(key), value if isinstance(value, str) else _json(value)


def _finish_reasons(conversation: Conversation) -> list[str]:
    reasons = [m.get("finish_reason") for m in conversation.output_messages if isinstance(m, dict)]
    told = [conversation.text("finish_reason")] + [str(reason) for reason in reasons if reason]
    return [reason for reason in told if reason][:1] if told[0] else told[1:]


def _set(span: Span, key: str, value: Any) -> None:
    if value in ("", [], None):
        return
    target = span.attributes.add(key=key).value
    if isinstance(value, str):
        target.string_value = value
    elif isinstance(value, int):
        target.int_value = value
    elif isinstance(value, float):
        target.double_value = value
    else:
        _set_strings(target, value)


def _set_strings(target: Any, texts: Sequence[str]) -> None:
    for text in texts:
        target.array_value.values.add(string_value=text)


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def _hex_id(value: Any, size: int, name: str) -> bytes | None:
    if value is None:
        return None
    if not isinstance(value, str) or not re.fullmatch(rf"[0-9a-fA-F]{{{2 * size}}}", value) or not int(value, 16):
        raise BadLine(f"{name!r} must be {2 * size} hex digits, not all zero")
    return bytes.fromhex(value)
