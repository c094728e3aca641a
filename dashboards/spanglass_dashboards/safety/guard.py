"""What inline guards decided (docs/sdk/guard.md). Each panel's SQL is the file of the same name beside this one."""

from __future__ import annotations

from collections.abc import Callable

from spanglass_dashboards import links
from spanglass_dashboards.kinds import from_zero, stat, table, timeseries
from spanglass_dashboards.layout import Row
from spanglass_dashboards.panel import Panel, with_thresholds

Sql = Callable[[str], str]


def rows(sql: Sql) -> tuple[Row, ...]:
    """`sql` gives the statement of a name."""
    return (Row("Guard", (*_now(sql), *_over_time(sql), _newest(sql))),)


def _now(sql: Sql) -> tuple[Panel, ...]:
    decisions = stat(
        "Guard decisions",
        "Decisions about one side of a call each. No data: no guard has reported.",
        sql("guard_decisions_now"),
        unit="short",
        width=6,
    )
    blocked = stat(
        "Blocked",
        "Share of guard decisions that stopped the call.",
        sql("guard_blocked_now"),
        unit="percentunit",
        width=6,
    )
    late = stat(
        "Deadline misses",
        "Guard decisions made before all checks were done, or with no thread free for them.",
        sql("guard_late_now"),
        unit="short",
        width=6,
    )
    opened = stat(
        "Failed open",
        "Guard decisions that let the text pass although a check was late or raised.",
        sql("guard_open_now"),
        unit="short",
        width=6,
    )
    return decisions, blocked, late, with_thresholds(opened, warning=1)


def _over_time(sql: Sql) -> tuple[Panel, ...]:
    actions = timeseries(
        "Guard decisions by action",
        "allow, flag (recorded only), mask, block.",
        sql("guard_actions"),
        unit="short",
        stacking="normal",
        bars=True,
    )
    checks = timeseries(
        "Guard findings by check",
        "Decisions in which a check found something, by check and what was done; a decision counts for each of its "
        "checks.",
        sql("guard_checks"),
        unit="short",
        stacking="normal",
        bars=True,
    )
    blocked = timeseries(
        "Blocked share by side",
        "Share of guard decisions that stopped the call, of inputs and of outputs.",
        sql("guard_blocked"),
        unit="percentunit",
    )
    latency = timeseries(
        "Guard latency",
        "What a decision added to its call: median and 99th percentile.",
        sql("guard_latency"),
        unit="s",
    )
    failures = timeseries(
        "Guard checks not made",
        "Decisions with a check that was late, or that raised; failed open: the text passed all the same.",
        sql("guard_failures"),
        unit="short",
    )
    return tuple(map(from_zero, (actions, checks, blocked, latency, failures)))


def _newest(sql: Sql) -> Panel:
    newest = table(
        "Guard interventions",
        "The newest hundred decisions that did something or could not be checked: kinds and places, never the text.",
        sql("guard_newest"),
        height=8,
        widths={"Explanation": 300},
    )
    return links.opens_trace(newest)
