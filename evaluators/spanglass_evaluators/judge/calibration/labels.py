"""People's labels beside a judge's values: out of the store's scores, or out of a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from spanglass_collector.store import Store
from spanglass_evaluators.errors import ConfigurationError

CSV_COLUMNS = ("judge", "human", "length", "own", "straight", "swapped")

# Newest value of every judged target; `raw` is the judge's own value where a map was applied.
_JUDGED = """
SELECT TargetKind, TraceId, SpanId, SessionId, TargetId,
    argMax(Explanation, ScoredAt) AS Said,
    if(JSONHas(Said, 'raw'), JSONExtractFloat(Said, 'raw'), argMax(assumeNotNull(Value), ScoredAt)) AS Judge
FROM scores FINAL
WHERE Project = {project:String} AND Name = {judge:String} AND Source = 'evaluator' AND Value IS NOT NULL
    AND TargetTime >= fromUnixTimestamp64Nano({since:Int64})
GROUP BY TargetKind, TraceId, SpanId, SessionId, TargetId
"""
_PEOPLE = """
SELECT TargetKind, TraceId, SpanId, SessionId, TargetId, avg(Value) AS Human
FROM scores FINAL
WHERE Project = {project:String} AND Name = {human:String} AND has({sources:Array(String)}, Source)
    AND Value IS NOT NULL AND TargetTime >= fromUnixTimestamp64Nano({since:Int64})
GROUP BY TargetKind, TraceId, SpanId, SessionId, TargetId
"""
_ANSWERS = """
SELECT TraceId, SpanId, any(lengthUTF8(if(OutputMessages != '', OutputMessages, Output))) AS Length,
    any(if(ResponseModel != '', ResponseModel, RequestModel)) AS Model
FROM spans FINAL WHERE Project = {project:String} AND Timestamp >= fromUnixTimestamp64Nano({since:Int64})
    AND TraceId IN (SELECT TraceId FROM people)
GROUP BY TraceId, SpanId
"""
_JOINED = f"""
WITH judged AS ({_JUDGED}), people AS ({_PEOPLE}), answers AS ({_ANSWERS})
SELECT judged.Judge, if(people.TargetKind = '', NULL, people.Human), judged.Said, answers.Length, answers.Model
FROM judged
LEFT JOIN people USING (TargetKind, TraceId, SpanId, SessionId, TargetId)
LEFT JOIN answers ON judged.TraceId = answers.TraceId AND judged.SpanId = answers.SpanId
"""  # noqa: S608  three constants of this file


@dataclass(frozen=True, slots=True)
class Judged:
    """One judged item. `human` None: nobody labelled it. `length` and `own` (by the judge's family) None: unknown."""

    judge: float
    human: float | None = None
    length: float | None = None
    own: bool | None = None
    orders: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which scores of the store: the judge's and people's names, and where people's came from."""

    project: str
    judge: str
    human: str
    since_ns: int = 0
    sources: tuple[str, ...] = ("human",)
    family: str = ""
    """What the names of the judge's own family of models begin with; for the self-preference."""


def from_store(store: Store, wanted: Wanted) -> list[Judged]:
    """Everything judged, with people's mean label where there is one. Raises StoreError."""
    parameters = {
        "project": wanted.project,
        "judge": wanted.judge,
        "human": wanted.human,
        "since": wanted.since_ns,
        "sources": list(wanted.sources),
    }
    return [_of_row(row, wanted.family) for row in store.query(_JOINED, parameters).result_rows]


def _of_row(row: Sequence[Any], family: str) -> Judged:
    judge, human, said, length, model = row
    own = str(model).startswith(family) if family and model else None
    return Judged(float(judge), None if human is None else float(human), float(length) or None, own, _orders(str(said)))


def _orders(explanation: str) -> tuple[str, str] | None:
    """The winners by place that a pairwise judge's explanation keeps (pairwise.py); of one judge only."""
    try:
        orders = orjson.loads(explanation)["orders"]
    except (orjson.JSONDecodeError, LookupError, TypeError):
        return None
    return (str(orders[0][0]), str(orders[0][1])) if len(orders) == 1 else None


def from_csv(path: Path) -> list[Judged]:
    """Columns judge and, where known, human, length, own (1 or 0), straight, swapped. Raises ConfigurationError."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigurationError(f"{path} cannot be read as CSV: {error}") from error
    if not rows or "judge" not in rows[0] or "human" not in rows[0]:
        raise ConfigurationError(
            f"{path} needs a header with judge and human; it may have {', '.join(CSV_COLUMNS[2:])}"
        )
    return [_of_line(line, f"{path}:{number}") for number, line in enumerate(rows, start=2)]


def _of_line(line: Mapping[str, str | None], where: str) -> Judged:
    def number(name: str) -> float | None:
        text = (line.get(name) or "").strip()
        try:
            return float(text) if text else None
        except ValueError as error:
            raise ConfigurationError(f"{where}: {name} = {text!r} is no number") from error

    judge, own = number("judge"), number("own")
    if judge is None:
        raise ConfigurationError(f"{where}: judge is empty")
    orders = tuple((line.get(name) or "").strip() for name in ("straight", "swapped"))
    if any(orders) and not set(orders) <= {"first", "second", "tie"}:
        raise ConfigurationError(f"{where}: straight, swapped = {orders}: use first, second or tie")
    return Judged(
        judge,
        number("human"),
        number("length"),
        None if own is None else own > 0,
        (orders[0], orders[1]) if all(orders) else None,
    )
