"""Rules and channels from `spanglass.toml`: read, checked, frozen.

    [alerts]                                 interval_s, default_rules, trace_url
    [[alerts.rules]]                         name, kind = "threshold" | "drift" | "group_gap", ...
    [alerts.channels.<name>]                 kind = "pagerduty" | "webhook", and what that kind needs

Every error is a ConfigurationError that names the rule and the key and says what would be right.
docs/alerts.md lists all keys.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal, cast

from spanglass_collector.alerts.metrics import Metric, find_metric
from spanglass_collector.alerts.question import MetricQuestion, Question, SqlQuestion, WindowQuestion
from spanglass_collector.alerts.table import Table, load_toml
from spanglass_collector.errors import ConfigurationError

Severity = Literal["critical", "error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("critical", "error", "warning", "info")
OPERATORS: dict[str, Callable[[float, float], bool]] = {
    ">": lambda value, threshold: value > threshold,
    ">=": lambda value, threshold: value >= threshold,
    "<": lambda value, threshold: value < threshold,
    "<=": lambda value, threshold: value <= threshold,
}
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing to watch. `channels` is None for all of them; `title` says in words what is wrong when it
    fires.
    """

    name: str
    question: Question
    op: str
    threshold: float
    window_s: float
    for_s: float
    severity: Severity
    title: str
    unit: str = ""
    runbook: str = ""
    channels: tuple[str, ...] | None = None
    no_data_keeps: bool = False

    def is_breached(self, value: float) -> bool:
        return OPERATORS[self.op](value, self.threshold)


@dataclass(frozen=True, slots=True)
class ChannelConfig:
    """A channel as configured; `options` are checked by its kind (channels/)."""

    name: str
    kind: str
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AlertConfig:
    """All of `[alerts]`. `trace_url` holds `{trace_id}`; empty when alerts should carry bare ids."""

    rules: tuple[Rule, ...] = ()
    channels: tuple[ChannelConfig, ...] = ()
    interval_s: float = 30.0
    trace_url: str = ""


def from_mapping(document: Mapping[str, Any]) -> AlertConfig:
    """`spanglass.toml` as parsed; what lies outside `alerts` is not looked at. A rule replaces a default of
    its name.
    """
    table = Table("alerts", document.get("alerts", {}))
    own = [_rule(entry, index) for index, entry in enumerate(table.tables("rules"))]
    _refuse_duplicates([rule.name for rule in own])
    defaults = default_rules() if table.boolean("default_rules", True) else ()
    names = {rule.name for rule in own}
    config = AlertConfig(
        rules=tuple(rule for rule in defaults if rule.name not in names) + tuple(own),
        channels=tuple(_channels(table.table("channels"))),
        interval_s=table.number("interval_s", 30.0, least=0.1),
        trace_url=table.text("trace_url", ""),
    )
    table.refuse_unknown()
    _check_channel_names(config)
    return config


def default_rules() -> tuple[Rule, ...]:
    """The rules that ship: quiet on healthy traffic, whatever the application."""
    text = files(__package__).joinpath("default_rules.toml").read_text()
    entries = load_toml(text)["rules"]
    return tuple(_rule(entry, index) for index, entry in enumerate(entries))


def _rule(entry: Mapping[str, Any], index: int) -> Rule:
    name = entry.get("name")
    if not isinstance(name, str) or not name:
        raise ConfigurationError(f'alerts.rules[{index}]: every rule needs a name, such as name = "error-rate"')
    table = Table(f"alert rule {name!r}", entry)
    table.text("name")
    kind = table.choice("kind", tuple(_KINDS), "threshold")
    rule = _KINDS[kind](table, name)
    table.refuse_unknown()
    return rule


def _threshold(table: Table, name: str) -> Rule:
    op = table.choice("op", tuple(OPERATORS), ">")
    question, meaning, unit = _threshold_question(table, op)
    return _build(
        table, name, question=question, op=op, threshold=table.number("threshold"), meaning=meaning, unit=unit
    )


def _threshold_question(table: Table, op: str) -> tuple[Question, str, str]:
    if table.has("metric") == table.has("sql"):
        raise table.error("metric", 'give either metric = "error_rate" or sql = "SELECT … AS value …", and not both')
    if table.has("sql"):
        return SqlQuestion(table.text("sql")), "value of the rule's SQL", ""
    metric, arguments = _metric(table)
    filters = {column: table.inner("filter").texts(column) for column in _known(table, "filter", metric)}
    question = MetricQuestion(
        metric=metric,
        arguments=arguments,
        filters=filters,
        group_by=tuple(_known(table, "group_by", metric)),
        min_count=int(table.number("min_count", 1, least=1)),
        worst_is_low=op.startswith("<"),
    )
    return question, f"{metric.meaning} ({table.text('metric')})", metric.unit


def _metric(table: Table) -> tuple[Metric, dict[str, str]]:
    try:
        return find_metric(table.text("metric"))
    except ConfigurationError as error:
        raise table.error("metric", str(error)) from error


def _known(table: Table, key: str, metric: Metric) -> Sequence[str]:
    names = list(table.inner("filter").keys()) if key == "filter" else table.texts(key, ())
    for name in names:
        if name not in metric.columns:
            raise table.error(key, f"{metric.name} has no column {name!r}: use one of {', '.join(metric.columns)}")
    return names


def _window_rule(score_name: str, meaning: str) -> Callable[[Table, str], Rule]:
    def build(table: Table, name: str) -> Rule:
        least = table.number("min_effect", 0.0, least=0.0)
        question = WindowQuestion(score_name, table.texts("features", ()), least)
        # The evaluator's own verdict is the condition; the query returns only what it found large enough.
        return _build(table, name, question=question, op=">=", threshold=least, meaning=meaning, window_s=_DAY_S)

    return build


_KINDS: dict[str, Callable[[Table, str], Rule]] = {
    "threshold": _threshold,
    "drift": _window_rule("drift", "effect size of a drift"),
    "group_gap": _window_rule("group_gap", "gap between groups"),
}


def _build(
    table: Table,
    name: str,
    *,
    question: Question,
    op: str,
    threshold: float,
    meaning: str,
    unit: str = "",
    window_s: float = 600.0,
) -> Rule:
    """The keys that every kind of rule has."""
    return Rule(
        name=name,
        question=question,
        op=op,
        threshold=threshold,
        window_s=table.duration("window", window_s),
        for_s=table.number("for_s", 0.0, least=0.0),
        severity=cast(Severity, table.choice("severity", SEVERITIES, "warning")),
        title=table.text("title", meaning),
        unit=unit,
        runbook=table.text("runbook", ""),
        channels=table.texts("channels") if table.has("channels") else None,
        no_data_keeps=table.choice("no_data", ("resolve", "keep"), "resolve") == "keep",
    )


def _channels(entries: Mapping[str, Any]) -> list[ChannelConfig]:
    configs = []
    for name, entry in entries.items():
        kind = Table(f"alert channel {name!r}", entry).text("kind")
        options = {key: value for key, value in entry.items() if key != "kind"}
        configs.append(ChannelConfig(name, kind, options))
    return configs


def _refuse_duplicates(names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ConfigurationError(f"alert rule {name!r}: the name is used twice; every rule needs its own")


def _check_channel_names(config: AlertConfig) -> None:
    known = [channel.name for channel in config.channels]
    for rule in config.rules:
        for name in rule.channels or ():
            if name not in known:
                there = ", ".join(known) or "none is configured"
                raise ConfigurationError(
                    f"alert rule {rule.name!r}: channels: there is no channel {name!r} "
                    f"([alerts.channels.{name}] is missing; there are: {there})"
                )
