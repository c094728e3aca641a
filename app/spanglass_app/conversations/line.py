"""One recorded conversation: a line of a JSON Lines file.

Required: `messages`, OpenAI chat-shaped (role, content, tool_calls ...). What the model answered is `response` (text, a
message, or a ChatCompletion object, whose `model`, `usage` and `created` stand in for what the line does not say);
without it, the last assistant message. Everything else is optional:

    id, trace_id, span_id                  identity; without them a line is known by its content
    time | start_time | timestamp, end_time | duration_s | latency_s     ISO 8601 or Unix seconds, ms or ns
    model, response_model, provider, finish_reason
    usage {prompt_tokens | input_tokens, completion_tokens | output_tokens, cached_tokens, reasoning_tokens}
    cost_usd, time_to_first_token_s
    user, session, tags [..], metadata {..}, reference, environment, release, model_version, service
    prompt_name, prompt_version, error
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import orjson

NS_PER_S = 1_000_000_000
LIMIT = 2**63
"""What the store's numbers stay below, nanoseconds included."""
_FRACTION = re.compile(r"(?<=:\d\d)[.,](\d+)")
_COMPLETION_FIELDS = (("model", "response_model"), ("usage", "usage"), ("created", "created"))


class BadLine(Exception):
    """Why a line cannot be imported."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A checked line. Times are Unix nanoseconds; `start_ns` is None when the line has none."""

    input_messages: Sequence[Any]
    output_messages: Sequence[Any]
    start_ns: int | None
    duration_ns: int
    fields: Mapping[str, Any]
    """The line, and what its response object says besides."""

    def text(self, *names: str) -> str:
        """The first of these fields that is there, as text; '' when none is."""
        found = next((self.fields[name] for name in names if not _says_nothing(self.fields.get(name))), "")
        return found if isinstance(found, str) else orjson.dumps(found).decode()


def _says_nothing(value: Any) -> bool:
    """`error: false` and `error: {}` report no error; a user 0 is a user."""
    return value is None or value is False or value in ("", [], {})


def parse(fields: Any) -> Conversation:
    """Raises BadLine with what is wrong and what is expected."""
    if not isinstance(fields, dict):
        raise BadLine(f"expected a JSON object, found {type(fields).__name__}")
    messages = fields.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BadLine("'messages' must be a list with at least one message")
    for i, message in enumerate(messages):
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            raise BadLine(f"messages[{i}] must be an object with a 'role'")
    given, answer = _split(messages, fields.get("response"))
    fields = {**_completion(fields.get("response")), **{k: v for k, v in fields.items() if v is not None}}
    start = _start(fields)
    _check_mappings(fields)
    return Conversation(given, answer, start, _duration(fields, start), fields)


def _split(messages: list[Any], response: Any) -> tuple[list[Any], list[Any]]:
    if response is not None:
        return messages, _answers(response)
    if messages[-1]["role"] == "assistant":
        return messages[:-1], messages[-1:]
    return messages, []


def _answers(response: Any) -> list[Any]:
    if isinstance(response, str):
        return [{"role": "assistant", "content": response}]
    if isinstance(response, dict) and isinstance(response.get("choices"), list):
        return [
            {"role": "assistant", **choice["message"], "finish_reason": choice.get("finish_reason")}
            for choice in response["choices"]
            if isinstance(choice, dict) and isinstance(choice.get("message"), dict)
        ]
    if isinstance(response, dict):
        return [{"role": "assistant", **response}]
    raise BadLine("'response' must be text, a message or a chat completion")


def _completion(response: Any) -> dict[str, Any]:
    if not isinstance(response, dict) or not isinstance(response.get("choices"), list):
        return {}
    return {name: response[told] for told, name in _COMPLETION_FIELDS if response.get(told) is not None}


def _check_mappings(fields: dict[str, Any]) -> None:
    for name in ("usage", "metadata"):
        if not isinstance(fields.get(name) or {}, dict):
            raise BadLine(f"{name!r} must be an object")
    if not isinstance(fields.get("tags") or [], list):
        raise BadLine("'tags' must be a list of strings")


def _start(fields: dict[str, Any]) -> int | None:
    for name in ("start_time", "time", "timestamp", "created"):
        if fields.get(name) is not None:
            return time_ns(fields[name], name)
    return None


def _duration(fields: dict[str, Any], start_ns: int | None) -> int:
    if fields.get("end_time") is not None and start_ns is not None:
        return max(0, time_ns(fields["end_time"], "end_time") - start_ns)
    for name in ("duration_s", "latency_s", "latency"):
        if fields.get(name) is not None:
            duration_ns = round(number(fields[name], name) * NS_PER_S)
            if duration_ns >= LIMIT:
                raise BadLine(f"{name!r} is longer than 292 years: is it in seconds?")
            return duration_ns
    return 0


def number(value: Any, name: str) -> float:
    """A number from 0 to below LIMIT. Raises BadLine."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < LIMIT:
        raise BadLine(f"{name!r} must be a number >= 0 and below 2^63, found {value!r}"[:200])
    return float(value)


def time_ns(value: Any, name: str) -> int:
    """ISO 8601 (UTC when it names no zone), or Unix time in s, ms, us or ns by magnitude. Raises BadLine."""
    if isinstance(value, str):
        try:
            return _in_range(_iso_ns(value), name)
        except ValueError as error:
            raise BadLine(f"{name!r} is no ISO 8601 time: {value!r}"[:200]) from error
    unix = number(value, name)
    for bound, unit in ((1e11, NS_PER_S), (1e14, 1_000_000), (1e17, 1000)):
        if unix < bound:
            return _in_range(round(value * unit), name)
    return _in_range(int(value), name)


def _iso_ns(text: str) -> int:
    """Nine digits of a second, of which datetime keeps six (and, before Python 3.11, takes only three or six)."""
    fraction = _FRACTION.search(text)
    parsed = datetime.fromisoformat(_FRACTION.sub("", text).replace("Z", "+00:00"))
    zoned = parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc)
    return int(zoned.timestamp()) * NS_PER_S + int(fraction.group(1)[:9].ljust(9, "0") if fraction else 0)


def _in_range(nanoseconds: int, name: str) -> int:
    if not 0 <= nanoseconds < LIMIT:
        raise BadLine(f"{name!r} must lie between 1970 and 2262")
    return nanoseconds
