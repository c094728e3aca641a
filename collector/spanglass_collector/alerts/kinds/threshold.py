"""`threshold`: a number against a limit; a metric by name, or any SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from spanglass_collector.alerts.kinds.selecting import read_metric, read_selection
from spanglass_collector.alerts.metrics import Metric
from spanglass_collector.alerts.question import Query, Question, Selection, SqlQuestion, bounds, render
from spanglass_collector.alerts.rule import OPERATORS, Scope, Subject
from spanglass_collector.alerts.table import Table


@dataclass(frozen=True, slots=True)
class MetricQuestion:
    """A metric of one window. `worst_is_low`: the traces shown are those with the lowest scores."""

    metric: Metric
    selection: Selection
    arguments: Mapping[str, str] = field(default_factory=dict)
    worst_is_low: bool = False

    def query(self, project: str, since: datetime, until: datetime) -> Query:
        text = render(
            "metric.sql.j2",
            metric=self.metric,
            traces=traces_of(self.metric, worst_is_low=self.worst_is_low),
            **self.selection.parts(),
        )
        return Query(text, {**bounds(project, since, until), **self.selection.bound(), **self.arguments})


def traces_of(metric: Metric, *, worst_is_low: bool) -> str:
    if metric.traces:
        return metric.traces
    sign = "" if worst_is_low else "-"
    return f"arrayMap(pair -> pair.2, groupArraySorted(3)(({sign}ifNull(Value, 0), TraceId)))"


def read(table: Table) -> Subject:
    op = table.choice("op", tuple(OPERATORS), ">")
    question, meaning, unit = _question(table, op)
    scope: Scope = "project"
    if isinstance(question, SqlQuestion) and table.choice("scope", ("project", "system"), "project") == "system":
        scope = "system"
    return Subject(question, op, table.number("threshold"), meaning, unit, scope=scope)


def _question(table: Table, op: str) -> tuple[Question, str, str]:
    if table.has("metric") == table.has("sql"):
        raise table.error("metric", 'give either metric = "error_rate" or sql = "SELECT … AS value …", and not both')
    if table.has("sql"):
        return SqlQuestion(table.text("sql")), "value of the rule's SQL", ""
    metric, arguments = read_metric(table)
    selection = read_selection(table, metric.columns, metric.name)
    question = MetricQuestion(metric, selection, arguments, worst_is_low=op.startswith("<"))
    return question, f"{metric.meaning} ({table.text('metric')})", metric.unit
