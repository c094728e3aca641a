"""Examples out of JSON Lines or CSV files.

A JSON line has "messages" (OpenAI chat), or "prompt" (text or messages) with "completion" or "chosen", and may have
"rejected", "trace_id", "span_id", "session". A CSV has the columns prompt, completion and, if known, rejected and
session.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from spanglass_app.datasets.item import Item, Message
from spanglass_collector.errors import ConfigurationError


def items(path: Path) -> Iterator[Item]:
    """Raises ConfigurationError that names file and line, and OSError."""
    for number, fields in _lines(path):
        try:
            yield _item(fields)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ConfigurationError(
                f'{path}:{number}: an example needs "messages", or "prompt" with "completion" ({error!r})'
            ) from error


def _lines(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    if path.suffix.lower() == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from enumerate(csv.DictReader(file), start=2)
        return
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    yield number, orjson.loads(line)
                except orjson.JSONDecodeError as error:
                    raise ConfigurationError(f"{path}:{number}: no JSON object ({error})") from error


def _item(fields: Mapping[str, Any]) -> Item:
    messages = fields.get("messages") or [*_said(fields["prompt"], "user"), *_wanted(fields)]
    rejected = fields.get("rejected")
    return Item(
        [dict(message) for message in messages],
        _said(rejected, "assistant")[-1] if rejected else None,
        str(fields.get("trace_id") or ""),
        str(fields.get("span_id") or ""),
        str(fields.get("session") or ""),
    )


def _wanted(fields: Mapping[str, Any]) -> list[Message]:
    wanted = fields.get("completion") or fields.get("chosen")
    return _said(wanted, "assistant") if wanted else []


def _said(value: Any, role: str) -> list[Message]:
    if isinstance(value, str):
        return [{"role": role, "content": value}]
    if isinstance(value, Mapping):
        return [dict(value)]
    return [dict(message) for message in value]
