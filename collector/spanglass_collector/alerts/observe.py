"""Runs a rule's question and reads the answer as samples, one for each combination of labels."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from spanglass_collector.alerts.rule import Rule
from spanglass_collector.errors import StoreRefused
from spanglass_collector.store import Store

_DETAIL = "detail_"
_LONGEST_LABEL = 200
MOST_TRACES = 3
MOST_INSTANCES = 500


@dataclass(frozen=True, slots=True)
class Sample:
    """One measured instance of a rule."""

    labels: Mapping[str, str]
    value: float
    trace_ids: tuple[str, ...] = ()
    explanation: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def instance(self) -> str:
        """The labels as JSON with sorted keys: what tells instances of a rule apart."""
        return instance_of(self.labels)


def instance_of(labels: Mapping[str, str]) -> str:
    return orjson.dumps(dict(labels), option=orjson.OPT_SORT_KEYS).decode()


@dataclass(frozen=True, slots=True)
class RuleFailure:
    """A rule that could not be asked; the others were."""

    rule: str
    project: str
    reason: str


def observe(store: Store, rule: Rule, project: str, now: datetime) -> list[Sample] | RuleFailure:
    """Samples of the window that ends now. A NULL or NaN value is no data. Raises StoreUnavailable."""
    query = rule.question.query(project, now - rule.window, now)
    try:
        result = store.query(query.text, query.parameters)
    except StoreRefused as error:
        return RuleFailure(rule.name, project, str(error))
    # The embedded engine names no columns when there are no rows.
    if result.result_rows and "value" not in result.column_names:
        return RuleFailure(rule.name, project, f"its SQL returns no column named value: {result.column_names}")
    rows = (dict(zip(result.column_names, row, strict=True)) for row in result.result_rows)
    samples = [_sample(row) for row in rows if _is_number(row["value"])]
    if len(samples) > MOST_INSTANCES:
        return RuleFailure(
            rule.name,
            project,
            f"it has {len(samples)} combinations of labels, more than {MOST_INSTANCES}: group by fewer, or by another",
        )
    twice = _first_twice([sample.instance for sample in samples])
    if twice is not None:
        return RuleFailure(rule.name, project, f"two rows have the labels {twice}: which one counts is unknown")
    return samples


def _first_twice(instances: Sequence[str]) -> str | None:
    counts = Counter(instances)
    return next((instance for instance, count in counts.items() if count > 1), None)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value)


def _sample(row: Mapping[str, Any]) -> Sample:
    own = {"value", "trace_ids", "explanation"}
    labels = {k: str(v) for k, v in row.items() if k not in own and not k.startswith(_DETAIL)}
    return Sample(
        labels={name: text[:_LONGEST_LABEL] for name, text in labels.items() if text},
        value=float(row["value"]),
        trace_ids=_trace_ids(row.get("trace_ids") or ()),
        explanation=str(row.get("explanation") or ""),
        details={k[len(_DETAIL) :]: v for k, v in row.items() if k.startswith(_DETAIL) and v is not None},
    )


def _trace_ids(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))[:MOST_TRACES]
