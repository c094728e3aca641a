"""Rules, channels and quiet times from `spanglass.toml` and from rules files: read, checked, frozen.

    [alerts]                                 interval_s, default_rules, trace_url, rule_files, ...
    [[alerts.rules]]                         name, kind, and what that kind needs (kinds/)
    [alerts.channels.<name>]                 kind, and what that kind needs (channels/)
    [[alerts.maintenance]]                   matchers, and when (quiet.py)

Every error is a ConfigurationError that names file and line, the rule and the key, and says what would be right.
docs/alerts.md lists all keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from spanglass_collector.alerts.kinds import KINDS
from spanglass_collector.alerts.quiet import Maintenance, read_maintenance
from spanglass_collector.alerts.rule import SEVERITIES, ChannelConfig, Rule, Severity, Subject
from spanglass_collector.alerts.source import NOWHERE, Document, Place, parse_toml, read_document
from spanglass_collector.alerts.state import DEFAULT_TERMS, Terms
from spanglass_collector.alerts.table import Table
from spanglass_collector.errors import ConfigurationError

__all__ = ["AlertConfig", "ChannelConfig", "Rule", "default_rules", "from_mapping", "read_rules"]


@dataclass(frozen=True, slots=True)
class AlertConfig:
    """All of `[alerts]`. `trace_url` holds `{trace_id}`; empty when alerts should carry bare ids."""

    rules: tuple[Rule, ...] = ()
    channels: tuple[ChannelConfig, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()
    interval_s: float = 30.0
    trace_url: str = ""
    runbook_base: str = ""
    """Put before a runbook that is a path, so that pages carry an address."""


def from_mapping(document: Mapping[str, Any], place: Place = NOWHERE) -> AlertConfig:
    """`spanglass.toml` as parsed; what lies outside `alerts` is not looked at. A rule replaces a default of
    its name. `place` is the file, for messages and for the paths in `rule_files`.
    """
    table = Table("alerts", document.get("alerts", {}), place.inside("alerts"))
    terms = _read_terms(table, DEFAULT_TERMS)
    own = [*_rules(table, terms), *_from_files(table, place, terms)]
    _refuse_duplicates(own)
    defaults = default_rules() if table.boolean("default_rules", True) else ()
    names = {rule.name for rule in own}
    config = AlertConfig(
        rules=tuple(rule for rule in defaults if rule.name not in names) + tuple(own),
        channels=tuple(_channels(table)),
        maintenance=tuple(read_maintenance(table)),
        interval_s=table.number("interval_s", 30.0, least=0.1),
        trace_url=table.text("trace_url", ""),
        runbook_base=table.text("runbook_base", ""),
    )
    table.refuse_unknown()
    _check_references(config)
    return config


def default_rules() -> tuple[Rule, ...]:
    """The rules that ship: quiet on healthy traffic, whatever the application."""
    text = files(__package__).joinpath("default_rules.toml").read_text(encoding="utf-8")
    return tuple(_rules_of(parse_toml(text, "default_rules.toml"), DEFAULT_TERMS))


def read_rules(path: Path) -> tuple[Rule, ...]:
    """The rules of one file: a rules file (`rules`), or a whole spanglass.toml. Raises ConfigurationError."""
    document = read_document(path)
    if "alerts" in document.content:
        return from_mapping(document.content, document.place).rules
    rules = list(_rules_of(document, DEFAULT_TERMS))
    _refuse_duplicates(rules)
    return tuple(rules)


def _rules_of(document: Document, terms: Terms) -> Iterator[Rule]:
    table = Table("rules file", document.content, document.place)
    yield from _rules(table, terms)
    table.refuse_unknown()


def _rules(table: Table, terms: Terms) -> Iterator[Rule]:
    for index, entry in enumerate(table.tables("rules")):
        yield _rule(
            entry,
            table.place.inside("rules", index),
            f"rules[{index}]" if table.where == "rules file" else f"{table.where}.rules[{index}]",
            terms,
        )


def _from_files(table: Table, place: Place, terms: Terms) -> Iterator[Rule]:
    folder = Path(place.file).parent if place.file else Path()
    for pattern in table.texts("rule_files", ()):
        paths = sorted(folder.glob(pattern)) if not Path(pattern).is_absolute() else [Path(pattern)]
        if not paths:
            raise table.error("rule_files", f"no file matches {pattern!r} in {folder.absolute()}")
        for path in paths:
            yield from _rules_of(read_document(path), terms)


def _rule(entry: Mapping[str, Any], place: Place, where: str, terms: Terms) -> Rule:
    name = entry.get("name")
    if not isinstance(name, str) or not name:
        raise ConfigurationError(f'{place}{where}: every rule needs a name, such as name = "error-rate"')
    table = Table(f"alert rule {name!r}", entry, place)
    table.text("name")
    kind = table.choice("kind", tuple(KINDS), "threshold")
    subject = KINDS[kind](table)
    rule = _build(table, name, kind, subject, terms)
    table.refuse_unknown()
    return rule


def _build(table: Table, name: str, kind: str, subject: Subject, terms: Terms) -> Rule:
    """The keys that every kind of rule has."""
    window_s = subject.reach_s if subject.window_s is None else table.duration("window", subject.window_s)
    return Rule(
        name=name,
        kind=kind,
        question=subject.question,
        op=subject.op,
        threshold=subject.threshold,
        clear=_clear(table, subject),
        window_s=window_s,
        terms=_read_terms(table, terms),
        severity=cast(Severity, table.choice("severity", SEVERITIES, "warning")),
        title=table.text("title", subject.meaning),
        unit=subject.unit,
        runbook=table.text("runbook", ""),
        channels=table.texts("channels") if table.has("channels") else None,
        no_data_keeps=table.choice("no_data", ("resolve", "keep"), "resolve") == "keep",
        scope=subject.scope,
        page_per=_page_per(table, subject),
        inhibited_by=table.texts("inhibited_by", ()),
        place=table.place,
    )


def _clear(table: Table, subject: Subject) -> float | None:
    if not table.has("clear"):
        return None
    clear = table.number("clear")
    is_easier = clear <= subject.threshold if subject.op.startswith(">") else clear >= subject.threshold
    if not is_easier:
        raise table.error("clear", f"must lie on the calm side of the threshold ({subject.op} {subject.threshold:g})")
    return clear


def _read_terms(table: Table, default: Terms) -> Terms:
    return Terms(
        for_s=table.number("for_s", default.for_s, least=0.0),
        clear_for_s=table.number("clear_for_s", default.clear_for_s, least=0.0),
        flap_limit=table.whole("flap_limit", default.flap_limit, least=2),
        flap_window_s=table.duration("flap_window", default.flap_window_s),
    )


def _page_per(table: Table, subject: Subject) -> tuple[str, ...] | None:
    """`"alert"`, `"rule"`, or labels."""
    if not table.has("page_per"):
        return subject.page_per
    labels = table.texts("page_per")
    if labels == ("alert",):
        return None
    return () if labels == ("rule",) else labels


def _channels(table: Table) -> list[ChannelConfig]:
    configs = []
    for name, entry in table.table("channels").items():
        place = table.place.inside("channels", name)
        own = Table(f"alert channel {name!r}", entry, place)
        kind, severities = own.text("kind"), own.texts("severities", SEVERITIES)
        for severity in severities:
            if severity not in SEVERITIES:
                raise own.error("severities", f"are {', '.join(SEVERITIES)}, not {severity!r}")
        options = {key: value for key, value in entry.items() if key not in ("kind", "severities")}
        configs.append(ChannelConfig(name, kind, options, cast("tuple[Severity, ...]", severities), place))
    return configs


def _refuse_duplicates(rules: Sequence[Rule]) -> None:
    seen: set[str] = set()
    for rule in rules:
        if rule.name in seen:
            raise ConfigurationError(
                f"{rule.place}alert rule {rule.name!r}: the name is used twice; every rule needs its own"
            )
        seen.add(rule.name)


def _check_references(config: AlertConfig) -> None:
    channels = [channel.name for channel in config.channels]
    rules = [rule.name for rule in config.rules]
    for rule in config.rules:
        for name in rule.channels or ():
            if name not in channels:
                there = ", ".join(channels) or "none is configured"
                raise ConfigurationError(
                    f"{rule.place.inside('channels')}alert rule {rule.name!r}: channels: there is no channel "
                    f"{name!r} ([alerts.channels.{name}] is missing; there are: {there})"
                )
        # A default may name another default that was replaced or left out; an own rule names what is there.
        for name in rule.inhibited_by if rule.place.file != "default_rules.toml" else ():
            if name not in rules:
                raise ConfigurationError(
                    f"{rule.place.inside('inhibited_by')}alert rule {rule.name!r}: inhibited_by: there is no rule "
                    f"{name!r}; there are: {', '.join(rules)}"
                )
