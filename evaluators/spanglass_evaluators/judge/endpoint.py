"""The wire: one call of an OpenAI-compatible `chat/completions`.

Nothing here logs; what goes wrong is an error without a word of the prompt (errors.py).
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import orjson

from spanglass_evaluators.judge.errors import Refused, Unavailable

_BUSY = frozenset({408, 409, 425, 429})
_LONGEST_ANSWER_BYTES = 2 << 20
_SAFE_CODE = re.compile(r"[\w.:/-]{1,60}")

Message = dict[str, str]


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """Which model judges, and how it is asked. Stands in the digest of every score.

    `reply_format`: `auto` asks for a JSON schema and without one when the endpoint does not take it;
    `json_schema`, `json_object` and `text` ask in that way alone. `omit`: fields of the request that the
    endpoint does not accept, such as temperature. `max_tokens_field`: newer models want max_completion_tokens.
    """

    model: str
    base_url: str = "https://api.openai.com/v1"
    temperature: float = 0.0
    max_tokens: int = 600
    reply_format: str = "auto"
    omit: tuple[str, ...] = ()
    max_tokens_field: str = "max_tokens"


@dataclass(frozen=True, slots=True)
class Completion:
    """What the model said. Tokens are None where the endpoint does not count them."""

    text: str
    finish: str = ""
    refusal: str = ""
    input_tokens: int | None = None
    cached_tokens: int | None = None
    output_tokens: int | None = None


class Endpoint:
    """A connection pool to one model. Thread-safe; `close` it."""

    def __init__(self, config: ModelConfig, api_key: str, *, timeout_s: float = 60.0) -> None:
        headers = {"authorization": f"Bearer {api_key}"} if api_key else {}
        base = config.base_url.rstrip("/") + "/"
        self._client = httpx.Client(base_url=base, headers=headers, timeout=timeout_s)
        self._timeout_s = timeout_s
        self._config = config

    def close(self) -> None:
        self._client.close()

    def complete(self, messages: list[Message], response_format: dict[str, Any] | None) -> Completion:
        """One call, not repeated. Raises Unavailable or Refused."""
        body = self._body(messages, response_format)
        try:
            status, headers, content = self._post(orjson.dumps(body))
        except httpx.TimeoutException as error:
            raise Unavailable("the judge did not answer in time: raise timeout_s", billed=True) from error
        except httpx.ConnectError as error:
            raise Unavailable(f"the judge at {self._config.base_url} cannot be reached") from error
        except httpx.HTTPError as error:
            raise Unavailable(f"the connection to the judge broke: {type(error).__name__}", billed=True) from error
        except (httpx.InvalidURL, UnicodeError) as error:
            raise Refused(f"base_url = {self._config.base_url!r} is no address", 0) from error
        if status != 200:
            raise _error_of(status, headers, content)
        return _completion(content)

    def _body(self, messages: list[Message], response_format: dict[str, Any] | None) -> dict[str, Any]:
        config = self._config
        body: dict[str, Any] = {
            "model": config.model,
            "messages": messages,
            "temperature": config.temperature,
            config.max_tokens_field: config.max_tokens,
        }
        if response_format:
            body["response_format"] = response_format
        return {name: value for name, value in body.items() if name not in config.omit}

    def _post(self, body: bytes) -> tuple[int, httpx.Headers, bytes]:
        """The whole call has `timeout_s`, also against an endpoint that sends a byte now and then."""
        content, until_s = b"", time.monotonic() + self._timeout_s
        headers = {"content-type": "application/json"}
        with self._client.stream("POST", "chat/completions", content=body, headers=headers) as answer:
            for piece in answer.iter_bytes():
                content += piece
                if len(content) > _LONGEST_ANSWER_BYTES:
                    raise httpx.DecodingError("the answer is too long")
                if time.monotonic() > until_s:
                    raise httpx.ReadTimeout("the answer took too long")
            return answer.status_code, answer.headers, content


def _completion(content: bytes) -> Completion:
    try:
        answer = orjson.loads(content)
        choice = answer["choices"][0]
        message = choice["message"]
        usage = answer.get("usage") or {}
        text = message.get("content") or ""
        if not isinstance(text, str):
            text = "".join(str(part.get("text", "")) for part in text)
        return Completion(
            text,
            str(choice.get("finish_reason") or ""),
            str(message.get("refusal") or ""),
            _count(usage, "prompt_tokens"),
            _count(usage.get("prompt_tokens_details") or {}, "cached_tokens"),
            _count(usage, "completion_tokens"),
        )
    except (orjson.JSONDecodeError, LookupError, TypeError, AttributeError, OverflowError) as error:
        # A proxy's page or a broken body: another try may reach the model.
        raise Unavailable(
            "the endpoint answered 200 with something else than a chat completion", billed=True
        ) from error


def _count(usage: dict[str, Any], name: str) -> int | None:
    value = usage.get(name)
    return int(value) if isinstance(value, (int, float)) and value >= 0 else None


def _error_of(status: int, headers: httpx.Headers, content: bytes) -> Exception:
    said = f"the judge answered {status}{_code(content)}"
    if status in _BUSY or status >= 500:
        return Unavailable(said, wait_s=_retry_after_s(headers.get("retry-after", "")))
    return Refused(said, status)


def _code(content: bytes) -> str:
    """The error's machine-readable code. Its message is left out: endpoints quote the prompt in it."""
    try:
        error = orjson.loads(content)["error"]
        code = str(error.get("code") or error.get("type") or "")
    except (orjson.JSONDecodeError, LookupError, TypeError, AttributeError):
        return ""
    return f" ({code})" if _SAFE_CODE.fullmatch(code) else ""


def _retry_after_s(text: str) -> float | None:
    """RFC 9110, 10.2.3: seconds or a date."""
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        at = parsedate_to_datetime(text)
        at = at if at.tzinfo else at.replace(tzinfo=timezone.utc)
        return max(0.0, (at - datetime.now(timezone.utc)).total_seconds())
    except (ValueError, TypeError):
        return None
