"""JSON schemas as they come with tools and answers: compiled once, never fetched from anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson
from jsonschema.exceptions import SchemaError, best_match
from jsonschema.protocols import Validator
from jsonschema.validators import Draft202012Validator, validator_for
from referencing import Registry
from referencing.exceptions import Unresolvable


class SchemaUnusableError(ValueError):
    """The schema itself is wrong, or points to one that is not in it. Correct it where it is declared."""


def problem_with(value: Any, schema: Mapping[str, Any]) -> str:
    """What is wrong with the value, '' when nothing is: the path, never the value. Raises SchemaUnusableError."""
    try:
        error = best_match(_validator(orjson.dumps(schema, option=orjson.OPT_SORT_KEYS)).iter_errors(value))
    except (Unresolvable, RecursionError) as unresolved:
        raise SchemaUnusableError(str(unresolved)) from unresolved
    return f"{error.json_path}: {error.validator}" if error else ""


@lru_cache(maxsize=512)
def _validator(schema: bytes) -> Validator:
    loaded = orjson.loads(schema)
    kind = validator_for(loaded, default=Draft202012Validator)
    try:
        kind.check_schema(loaded)
    except SchemaError as error:
        raise SchemaUnusableError(f"{error.json_path}: {error.message[:200]}") from error
    return kind(loaded, registry=Registry())
