"""Prompts by name and label, from the collector, kept in memory and on disk.

    prompt = get_prompt("support-answer", label="production")
    messages = prompt.render(question=question)     # the current span now names the prompt and its version

A prompt is fetched again after `ttl_s`; when the collector does not answer, the last known version serves, from memory
or from `.spanglass/prompts`. Only a prompt that was never seen raises.
"""

from __future__ import annotations

import json
import os
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from spanglass.errors import ConfigurationError
from spanglass.lineage.address import records_address
from spanglass.record.handle import current_span
from spanglass.safety import RateLimitedLog

_TIMEOUT_S = 2.0
_said = RateLimitedLog()


@dataclass(frozen=True, slots=True)
class Prompt:
    """One version. `template`: text, or a list of chat messages; `{name}` marks a variable."""

    name: str
    version: int
    template: str | list[dict[str, Any]]
    config: dict[str, Any]

    def render(self, **variables: Any) -> Any:
        """The template with its variables filled in, shaped as it is; unknown `{names}` stay. Names the prompt on the
        current span."""
        current_span().update(prompt_name=self.name, prompt_version=str(self.version))
        return _filled(self.template, {f"{{{name}}}": str(value) for name, value in variables.items()})


@dataclass(frozen=True, slots=True)
class _Kept:
    prompt: Prompt
    until_s: float


_memory: dict[tuple[str, int | None, str], _Kept] = {}
_lock = threading.Lock()


def get_prompt(name: str, *, label: str = "production", version: int | None = None, ttl_s: float = 60.0) -> Prompt:
    """By number when `version` is given (which never changes), else by label.

    Raises ConfigurationError when there is no such prompt, or when none is known and the collector does not answer.
    """
    key = (name, version, "" if version is not None else label)
    kept = _memory.get(key)
    if kept is not None and time.monotonic() < kept.until_s:
        return kept.prompt
    with _lock:
        prompt = _fresh_or_last(key, kept)
        _memory[key] = _Kept(prompt, float("inf") if version is not None else time.monotonic() + ttl_s)
    return prompt


def _fresh_or_last(key: tuple[str, int | None, str], kept: _Kept | None) -> Prompt:
    try:
        prompt = _fetch(*key)
    except ConfigurationError:
        raise
    except (OSError, ValueError) as error:
        last = kept.prompt if kept is not None else _from_disk(key)
        if last is None:
            raise ConfigurationError(
                f"prompt {key[0]!r} is not known here, and the collector does not answer"
            ) from error
        _said.warn("prompt %s: the collector does not answer; version %d serves on", last.name, last.version)
        return last
    _to_disk(key, prompt)
    return prompt


def _fetch(name: str, version: int | None, label: str) -> Prompt:
    address = records_address()
    if address is None:
        raise OSError("SPANGLASS_OFFLINE is set")
    asked = urllib.parse.urlencode({"version": version} if version is not None else {"label": label})
    url = f"{address.endpoint}/api/v1/prompts/{urllib.parse.quote(name, safe='')}?{asked}"
    request = urllib.request.Request(url, headers=dict(address.headers))  # noqa: S310  the configured endpoint
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310
            return _prompt(orjson.loads(answer.read()))
    except urllib.error.HTTPError as error:
        if error.code in (400, 401, 403, 404):
            raise ConfigurationError(_told(error)) from None
        raise


def _told(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.loads(error.read())["detail"])
    except (ValueError, KeyError, TypeError):
        return f"the collector answered {error.code}"


def _prompt(told: dict[str, Any]) -> Prompt:
    template = told["template"]
    is_chat = template.startswith("[{")
    return Prompt(
        told["prompt"],
        int(told["version"]),
        orjson.loads(template) if is_chat else template,
        orjson.loads(told["config"]) if told["config"] else {},
    )


def _filled(template: Any, values: dict[str, str]) -> Any:
    if isinstance(template, str):
        for mark, value in values.items():
            template = template.replace(mark, value)
        return template
    if isinstance(template, list):
        return [_filled(part, values) for part in template]
    if isinstance(template, dict):
        return {name: _filled(part, values) for name, part in template.items()}
    return template


def _file(key: tuple[str, int | None, str]) -> Path:
    name, version, label = (urllib.parse.quote(str(part if part is not None else ""), safe="") for part in key)
    return Path(os.environ.get("SPANGLASS_PROMPTS_DIR", ".spanglass/prompts")) / f"{name}@{version or label}.json"


def _to_disk(key: tuple[str, int | None, str], prompt: Prompt) -> None:
    try:
        _file(key).parent.mkdir(parents=True, exist_ok=True)
        _file(key).write_bytes(orjson.dumps(asdict(prompt)))
    except OSError as error:
        _said.warn("prompt %s is not kept on disk: %s", prompt.name, error)


def _from_disk(key: tuple[str, int | None, str]) -> Prompt | None:
    try:
        return Prompt(**orjson.loads(_file(key).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
