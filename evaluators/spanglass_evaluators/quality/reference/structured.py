"""Structured answers: does the JSON fit its schema (`json_schema`), and are its fields right (`json_fields`).

The schema is a setting or metadata `schema`; the reference is metadata `reference`, JSON. A code fence around the
whole answer is taken off.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from spanglass_evaluators.contract import Failure, Judgement
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.functions import MODEL_ANSWERS
from spanglass_evaluators.quality.form.format import unfenced
from spanglass_evaluators.quality.matching import normalise
from spanglass_evaluators.quality.reference import DECLARES_REFERENCE
from spanglass_evaluators.quality.rule import Rule
from spanglass_evaluators.quality.tools.schema import SchemaUnusableError, problem_with

_MISSING = object()
_NAMED = 5


@dataclass(frozen=True, slots=True)
class JsonSchemaConfig:
    """`schema`: JSON text of the schema for spans that declare none."""

    schema: str = ""

    def __post_init__(self) -> None:
        if self.schema and not isinstance(_loaded(self.schema), dict):
            raise ConfigurationError("schema is no JSON object: write the JSON schema as text")


def judge_schema(config: JsonSchemaConfig, answer: str, declared: str) -> Judgement | Failure:
    """Labels: `valid`, `invalid` (the explanation says which path breaks which keyword), `not_json`."""
    schema = _loaded(declared or config.schema)
    if not isinstance(schema, dict):
        return Failure("metadata schema is no JSON object")
    value = _loaded(unfenced(answer))
    if value is _MISSING:
        return Judgement(0.0, "not_json")
    try:
        problem = problem_with(value, schema)
    except SchemaUnusableError as error:
        return Failure(f"metadata schema is unusable: {error}")
    return Judgement(float(not problem), "invalid" if problem else "valid", problem)


@dataclass(frozen=True, slots=True)
class JsonFieldsConfig:
    """`relative`: numbers this close are equal. `ordered`: lists must agree place by place, else as sets."""

    relative: float = 1e-6
    ordered: bool = False


def judge_fields(config: JsonFieldsConfig, answer: str, reference: str) -> Judgement | Failure:
    """Value: the share of the reference's leaf fields that the answer has right; the explanation names others."""
    wanted = _loaded(reference)
    if wanted is _MISSING:
        return Failure("metadata reference is no JSON")
    given = _loaded(unfenced(answer))
    if given is _MISSING:
        return Judgement(0.0, "not_json")
    fields = list(_compare(wanted, given, "$", config))
    wrong = [path for path, right in fields if not right]
    share = 1 - len(wrong) / len(fields)
    return Judgement(share, "match" if not wrong else "mismatch", ", ".join(wrong[:_NAMED]))


def _compare(wanted: Any, given: Any, path: str, config: JsonFieldsConfig) -> Iterator[tuple[str, bool]]:
    if isinstance(wanted, dict) and wanted:
        members = given if isinstance(given, dict) else {}
        for name, value in wanted.items():
            yield from _compare(value, members.get(name, _MISSING), f"{path}.{name}", config)
    elif isinstance(wanted, list) and wanted:
        rest = list(given) if isinstance(given, list) else []
        for at, value in enumerate(wanted):
            yield from _compare(value, _partner(value, rest, at, config), f"{path}[{at}]", config)
    else:
        yield path, _equal(wanted, given, config)


def _partner(value: Any, rest: list[Any], at: int, config: JsonFieldsConfig) -> Any:
    """The item to compare with: the same place, or (unordered) the one that agrees most, which is used up."""
    if config.ordered:
        return rest[at] if at < len(rest) else _MISSING
    if not rest:
        return _MISSING
    agreement = [_agreement(value, item, config) for item in rest]
    return rest.pop(agreement.index(max(agreement)))


def _agreement(wanted: Any, given: Any, config: JsonFieldsConfig) -> float:
    fields = [right for _, right in _compare(wanted, given, "", config)]
    return sum(fields) / len(fields)


def _equal(wanted: Any, given: Any, config: JsonFieldsConfig) -> bool:
    if isinstance(wanted, bool) or isinstance(given, bool) or wanted is None:
        return wanted is given
    if isinstance(wanted, (int, float)) and isinstance(given, (int, float)):
        return math.isclose(wanted, given, rel_tol=config.relative)
    if isinstance(wanted, str) and isinstance(given, str):
        return wanted == given or normalise(wanted) == normalise(given) != ""
    return bool(wanted == given)


def _loaded(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return _MISSING


def _where(config: JsonSchemaConfig) -> str:
    return MODEL_ANSWERS if config.schema else f"{MODEL_ANSWERS} AND SpanAttributes['spanglass.metadata.schema'] != ''"


SCHEMA_RULE = Rule(
    "json_schema", judge_schema, columns=("output_text", "metadata.schema"), config=JsonSchemaConfig, where=_where
)
FIELDS_RULE = Rule(
    "json_fields",
    judge_fields,
    columns=("output_text", "reference"),
    config=JsonFieldsConfig,
    where=DECLARES_REFERENCE,
)
