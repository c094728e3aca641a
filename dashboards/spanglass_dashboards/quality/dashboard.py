"""Whether the answers are good. Each panel's SQL is the file of the same name beside this one."""

from __future__ import annotations

from functools import partial
from typing import Any

from spanglass_dashboards import links, statements, thresholds, variables
from spanglass_dashboards.frame import Frame, dashboard
from spanglass_dashboards.kinds import from_zero, stat, table, timeseries
from spanglass_dashboards.layout import Row
from spanglass_dashboards.panel import override, with_overrides, with_steps, with_thresholds

_sql = partial(statements.load, "quality")
_FRAME = Frame(
    links.QUALITY,
    "Spanglass quality",
    "Scores over time by evaluator, prompt and model version; the worst answers; what is judged and how well.",
    since="now-24h",
)
# From low to high, in one colour: which end is good depends on the score.
_BANDS = {
    "0 to 0.2": "super-light-blue",
    "0.2 to 0.4": "light-blue",
    "0.4 to 0.6": "blue",
    "0.6 to 0.8": "semi-dark-blue",
    "0.8 to 1": "dark-blue",
    "1": "dark-purple",
}


def quality() -> dict[str, Any]:
    """The dashboard's JSON."""
    score = variables.query("score", "Score", _sql("variable_score"), with_all=False)
    return dashboard(_FRAME, (_now(), _over_time(), _versions(), _answers(), _evaluators()), [score])


def _now() -> Row:
    failed = stat(
        "Failed judgements",
        "Share of judgements that evaluators could not give. Red where the shipped alert evaluators-failing "
        "would fire.",
        _sql("failed_share"),
        unit="percentunit",
    )
    lag = stat(
        "Evaluator lag", "How far the slowest evaluator is behind the newest span of the range.", _sql("lag"), unit="s"
    )
    return Row(
        "Now",
        (
            stat(
                "Mean of the score",
                "Mean of the score chosen above, over the range.",
                _sql("mean_now"),
                unit="short",
                width=5,
            ),
            stat(
                "Judged share",
                "Share of model calls that at least one evaluator judged.",
                _sql("judged_share"),
                unit="percentunit",
                width=5,
            ),
            with_thresholds(failed, warning=thresholds.of("evaluators-failing")),
            with_steps(lag, (None, "green"), (300, "yellow"), (3600, "red")),
            stat(
                "Agreement with people now",
                "Share of targets that people and evaluators judged alike, of those both judged, for the score "
                "chosen above.",
                _sql("agreement_now"),
                unit="percentunit",
                width=6,
            ),
        ),
    )


def _over_time() -> Row:
    bands = timeseries(
        "Distribution of the score",
        "Share of judgements in each fifth of the scale, for the score chosen above. Its own ends are drawn apart.",
        _sql("distribution"),
        unit="short",
        width=8,
        stacking="percent",
        bars=True,
    )
    colours = [override(name, "color", {"mode": "fixed", "fixedColor": colour}) for name, colour in _BANDS.items()]
    return Row(
        "Over time",
        (
            timeseries(
                "Scores by evaluator",
                "Mean of each score, by the time of what was judged.",
                _sql("means"),
                unit="short",
                width=8,
            ),
            with_overrides(bands, *colours),
            from_zero(
                timeseries(
                    "Labels of the score",
                    "Judgements in each interval by label, for the score chosen above.",
                    _sql("labels"),
                    unit="short",
                    width=8,
                    stacking="normal",
                    bars=True,
                )
            ),
        ),
    )


def _versions() -> Row:
    return Row(
        "Versions, for the score chosen above",
        (
            timeseries(
                "By prompt version",
                "Mean of the score by the judged call's prompt name and version; the newest million judgements.",
                _sql("by_prompt_version"),
                unit="short",
            ),
            timeseries(
                "By model version",
                "Mean of the score by the judged call's model version, else its model; the newest million.",
                _sql("by_model_version"),
                unit="short",
            ),
        ),
    )


def _answers() -> Row:
    worst = table(
        "Lowest scores",
        "The 50 lowest judgements of the score chosen above, newest first among equals. For scores where high is "
        "bad, look at the Safety dashboard.",
        _sql("worst"),
        width=24,
        height=11,
        widths={"Answer": 420, "Explanation": 300, "TraceId": 260},
    )
    return Row("Answers to read", (links.opens_trace(worst),))


def _evaluators() -> Row:
    coverage = table(
        "Coverage and lag",
        "What each evaluator judged in the range, at which version and configuration, and how far it is behind.",
        _sql("coverage"),
        units={"Share of calls": "percentunit", "Lag": "s", "Cost": "currencyUSD"},
    )
    agreement = table(
        "Agreement with people",
        "Where people and an evaluator judged the same target: share of equal judgements, and Cohen's kappa, "
        "which takes off what chance alone would give. TraceId is one they disagree on.",
        _sql("agreement"),
        units={"Agreed": "percentunit"},
    )
    return Row("Evaluators", (coverage, links.opens_trace(agreement)))
