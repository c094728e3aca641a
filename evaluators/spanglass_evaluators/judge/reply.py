"""A judge's reply as an object that fits the schema: tolerant of what is around the JSON, strict about the object."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator

from spanglass_evaluators.judge.errors import Unreadable
from spanglass_evaluators.judge.prompt import clean

_LONGEST_REPLY = 100_000
_MOST_CANDIDATES = 40
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_DECODER = json.JSONDecoder(strict=False)


def read_reply(text: str, schema: Mapping[str, Any], code: str) -> dict[str, Any]:
    """The last object of the reply that fits `schema` and repeats `code`. Raises Unreadable, which says what is wrong.

    The last one: what a judge thinks aloud comes before its verdict, and so does what it quotes. The code was made
    for this one question: JSON that stood in the judged text cannot have it.
    """
    validator = Draft202012Validator(dict(schema))
    problem = "it has no JSON object"
    for found in reversed(list(_objects(text[-_LONGEST_REPLY:]))):
        candidate: dict[str, Any] = _numbers_read(found, schema)
        error = next(iter(validator.iter_errors(candidate)), None)
        if error is not None:
            where = ".".join(map(str, error.absolute_path)) or "the object"
            problem = f"{where} does not fit the schema ({error.validator})"
        elif candidate.get("code") != code:
            problem = "its code is not the code of this question"
        else:
            return {name: clean(value) if isinstance(value, str) else value for name, value in candidate.items()}
    raise Unreadable(f"the judge's reply cannot be read: {problem}")


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Outermost JSON objects, in order; a trailing comma is forgiven."""
    text = _TRAILING_COMMA.sub(r"\1", text)
    at = text.find("{")
    for _ in range(_MOST_CANDIDATES):
        if at < 0:
            return
        try:
            found, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            if isinstance(found, dict):
                yield found
        at = text.find("{", end)


def _numbers_read(value: Any, schema: Any) -> Any:
    """Numbers that came as text ("4", "4/5") or as 4.0, where the schema wants integers."""
    if not isinstance(schema, Mapping):
        return value
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        return {name: _numbers_read(inner, properties.get(name)) for name, inner in value.items()}
    if schema.get("type") == "integer" and not isinstance(value, bool):
        found = re.fullmatch(r"\s*(-?\d{1,6})(?:\.0+)?(?:\s*/\s*\d{1,6})?\s*", str(value)[:40])
        return int(found.group(1)) if found else value
    return value
