"""Whether traffic and answers are still what they were. Each panel's SQL is the file of the same name."""

from __future__ import annotations

from functools import partial
from typing import Any

from spanglass_dashboards import links, statements, thresholds, variables
from spanglass_dashboards.frame import Frame, dashboard
from spanglass_dashboards.kinds import from_zero, heatmap, sparse, stat, table, timeseries
from spanglass_dashboards.layout import Row
from spanglass_dashboards.panel import Panel, with_steps, with_thresholds

_sql = partial(statements.load, "drift")
_FRAME = Frame(
    links.DRIFT,
    "Spanglass drift",
    "Windows of traffic against their reference: which features moved, how far, and how sure that is.",
    since="now-7d",
    refresh="5m",
)


def drift() -> dict[str, Any]:
    """The dashboard's JSON."""
    own = [
        variables.query("reference", "Reference", _sql("variable_reference"), with_all=True),
        variables.query("feature", "Feature", _sql("variable_feature"), with_all=True),
        variables.query("cohort", "Cohort", _sql("variable_cohort"), with_all=True),
    ]
    return dashboard(_FRAME, (_now(), _map(), _over_time(), _comparisons()), own)


def _now() -> Row:
    drifted = stat(
        "Drifted features", "Features whose newest comparison found drift.", _sql("drifted_now"), unit="short", width=6
    )
    undecided = stat(
        "Too little data",
        "Features whose newest window was too small to tell.",
        _sql("undecided_now"),
        unit="short",
        width=6,
    )
    age = stat(
        "Newest window",
        "How long before the end of the range the newest compared window ended.",
        _sql("newest_window"),
        unit="s",
        width=6,
    )
    return Row(
        "Now",
        (
            with_thresholds(drifted, warning=1),
            stat(
                "Compared",
                "Features, cohorts and methods compared in the range.",
                _sql("compared_now"),
                unit="short",
                width=6,
            ),
            with_steps(undecided, (None, "text"), (1, "yellow")),
            with_steps(age, (None, "green"), (86_400, "yellow"), (172_800, "red")),
        ),
    )


def _map() -> Row:
    steps = ((None, "green"), (0.5, "yellow"), (1.0, "red"))
    cells = heatmap(
        "Features by window",
        "Effect over the least effect that counts for the feature: from 1 on, red, it counts. Windows by their end.",
        _sql("heatmap"),
        steps=steps,
    )
    return Row("Where and when", (cells,))


def _over_time() -> Row:
    effects = _lines(
        "Effect size",
        "effects",
        "Size of the difference, in the measure of its method. The line is what the shipped alert drift pages for.",
    )
    certainty = _lines(
        "P value",
        "certainty",
        "Adjusted for the features compared together. Small: chance is a poor explanation, however small the effect.",
    )
    texts = _lines(
        "Texts and embeddings",
        "embedding",
        "Effect of text and embedding features: how well a classifier tells the windows apart.",
    )
    sizes = _lines(
        "Sizes", "sizes", "Values compared: of the window, and of its reference. Small windows see large effects alone."
    )
    return Row("Over time", (with_thresholds(effects, warning=thresholds.of("drift")), certainty, texts, sizes))


def _lines(title: str, name: str, description: str) -> Panel:
    return sparse(from_zero(timeseries(title, description, _sql(name), unit="short")))


def _comparisons() -> Row:
    rows = table(
        "Comparisons",
        "Every comparison of the range, newest first: statistic, certainty, effect, and what was compared with what.",
        _sql("comparisons"),
        width=24,
        height=12,
        widths={"Explanation": 400},
    )
    return Row("In full", (rows,))
