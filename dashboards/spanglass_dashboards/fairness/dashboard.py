"""Whether groups are treated alike. Each panel's SQL is the file of the same name beside this one."""

from __future__ import annotations

from functools import partial
from typing import Any

from spanglass_dashboards import links, statements, variables
from spanglass_dashboards.frame import Frame, dashboard
from spanglass_dashboards.kinds import band, bars, heatmap, sparse, stat, table, timeseries
from spanglass_dashboards.layout import Row
from spanglass_dashboards.panel import with_thresholds

_sql = partial(statements.load, "fairness")
_FRAME = Frame(
    links.FAIRNESS,
    "Spanglass bias and fairness",
    "Gaps of scores and numbers between groups that the application declares, with intervals and group sizes.",
    since="now-7d",
    refresh="5m",
)


def fairness() -> dict[str, Any]:
    """The dashboard's JSON."""
    own = [
        variables.query("feature", "Feature", _sql("variable_feature"), with_all=True),
        variables.query("gap", "Gap", _sql("variable_gap"), with_all=False),
    ]
    return dashboard(_FRAME, (_now(), _trend(), _strata(), _groups()), own)


def _now() -> Row:
    gaps = stat(
        "Gaps",
        "Gaps whose whole interval lies beyond what is tolerated, in the newest comparison of each.",
        _sql("gaps_now"),
        unit="short",
        width=5,
    )
    reversed_ = stat(
        "Reversed within strata",
        "Gaps whose sign is the other one with the mix of strata held fixed (Simpson's paradox), in the newest "
        "comparison of each. No data: no comparison had strata.",
        _sql("reversed_now"),
        unit="short",
        width=5,
    )
    return Row(
        "Now",
        (
            with_thresholds(gaps, warning=1),
            with_thresholds(reversed_, warning=1),
            stat(
                "Compared",
                "Features and pairs of groups compared in the range.",
                _sql("compared_now"),
                unit="short",
                width=4,
            ),
            stat(
                "Widest gap of a score",
                "The widest newest gap of a score, in the score's own unit.",
                _sql("widest_now"),
                unit="short",
                width=5,
            ),
            stat(
                "Smallest group",
                "Values in the smallest group compared. Small groups have wide intervals.",
                _sql("smallest_group_now"),
                unit="short",
                width=5,
            ),
        ),
    )


def _trend() -> Row:
    trend = timeseries(
        "The gap chosen above",
        "First group minus second, with its simultaneous interval. An interval that holds 0 is compatible with no gap.",
        _sql("trend"),
        unit="short",
        width=24,
    )
    cells = heatmap(
        "Gaps by window",
        "Gap over what is tolerated for it: from 1 on, the estimate is beyond; a verdict needs its whole "
        "interval beyond.",
        _sql("heatmap"),
        steps=((None, "green"), (0.5, "yellow"), (1.0, "red")),
    )
    return Row("Over time", (band(sparse(trend), "from", "to"), cells))


def _strata() -> Row:
    """What the mix of questions and models makes of a gap."""
    strata = table(
        "Gaps within strata",
        "The newest comparison with the mix of strata (models, topics) held fixed. Reversed: both gaps are clear and "
        "of opposite sign. Unknown: no strata hold both groups, or too little data.",
        _sql("strata"),
    )
    within = timeseries(
        "The gap chosen above, within strata",
        "The gap in all, and with the mix of strata held fixed, with its interval. Opposite signs are "
        "Simpson's paradox.",
        _sql("within_trend"),
        unit="short",
    )
    ratio = timeseries(
        "The ratio of the gap chosen above",
        "First group over second, with its interval; 1 is no gap. An interval that holds 1 is compatible with no gap.",
        _sql("ratio_trend"),
        unit="short",
    )
    ratios = table(
        "Ratios",
        "First group over second in the newest comparison, the farthest from 1 first. Unknown: the second group has "
        "none, or a mean is not positive.",
        _sql("ratios"),
    )
    trends = [band(sparse(panel), "from", "to") for panel in (within, ratio)]
    return Row("Within strata, and as ratios", (strata, ratios, *trends))


def _groups() -> Row:
    gaps = table("Newest gaps", "The newest comparison of each feature and pair of groups.", _sql("gaps"), width=16)
    sizes = bars(
        "Group sizes",
        "Values of each group in the newest comparison; the smallest first.",
        _sql("cohorts"),
        unit="short",
        width=8,
    )
    return Row("Groups", (gaps, sizes))
