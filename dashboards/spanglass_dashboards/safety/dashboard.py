"""Whether anything said or asked is dangerous. Each panel's SQL is the file of the same name beside this one."""

from __future__ import annotations

from functools import partial
from typing import Any

from spanglass_dashboards import links, statements, thresholds
from spanglass_dashboards.frame import Frame, dashboard
from spanglass_dashboards.kinds import from_zero, stat, table, timeseries
from spanglass_dashboards.layout import Row
from spanglass_dashboards.panel import Panel, with_steps, with_thresholds
from spanglass_dashboards.safety import guard

_sql = partial(statements.load, "safety")
_FRAME = Frame(
    links.SAFETY,
    "Spanglass safety",
    "Toxicity, personal data, injection, refusals and guards: how often, by whom, and where to read it.",
    since="now-24h",
)


def safety() -> dict[str, Any]:
    """The dashboard's JSON."""
    return dashboard(_FRAME, (_now(), _over_time(), _owasp(), *guard.rows(_sql), _who(), _where()))


def _now() -> Row:
    toxic = _share(
        "Toxic",
        "toxic_now",
        "Share of texts judged for toxicity that were flagged. Red where the shipped alert toxic-answers would fire.",
    )
    injected = _share(
        "Injection", "injection_now", "Share of texts judged for prompt injection or jailbreaks that were flagged."
    )
    private = _share(
        "Personal data", "personal_data_now", "Share of texts judged for personal data or secrets that were flagged."
    )
    refused = _share("Refused", "refusal_now", "Share of answers judged to be refusals.")
    return Row(
        "Now",
        (
            with_thresholds(toxic, warning=thresholds.of("toxic-answers")),
            with_steps(private, (None, "green"), (0.001, "yellow"), (0.05, "red")),
            with_steps(injected, (None, "green"), (0.001, "yellow"), (0.05, "red")),
            refused,
        ),
    )


def _share(title: str, name: str, description: str) -> Panel:
    return stat(title, description, _sql(name), unit="percentunit", width=6)


def _over_time() -> Row:
    flagged = timeseries(
        "Flagged share",
        "Share of judgements that were flagged, by score: toxicity, personal data, injection. The line is the "
        "threshold of the shipped alert toxic-answers.",
        _sql("flagged_share"),
        unit="percentunit",
    )
    refused = timeseries(
        "Refused share", "Share of answers judged to be refusals.", _sql("refusal_share"), unit="percentunit"
    )
    return Row(
        "Over time", (with_thresholds(from_zero(flagged), warning=thresholds.of("toxic-answers")), from_zero(refused))
    )


def _owasp() -> Row:
    findings = timeseries(
        "Findings by OWASP entry",
        "What evaluators and guards found, by its entry in the OWASP Top 10 for LLM applications (2025). "
        "What belongs to no entry, such as toxicity, is not here.",
        _sql("owasp"),
        unit="short",
        stacking="normal",
        bars=True,
    )
    entries = table(
        "OWASP Top 10",
        "Judgements by the evaluators of each entry, and what they found. Unknown: no evaluator of that entry has "
        "judged; for guards, none of them found anything, which they may not have looked for.",
        _sql("owasp_entries"),
    )
    return Row("OWASP Top 10 for LLM applications", (from_zero(findings), entries))


def _who() -> Row:
    offenders = table(
        "Users", "Users with the most flagged traces, refusals not counted; TraceId is their newest.", _sql("offenders")
    )
    prompts = table(
        "Prompts and models",
        "Share of judgements that were flagged, by prompt version and model, refusals not counted; the newest million.",
        _sql("by_prompt"),
        units={"Flagged share": "percentunit"},
    )
    return Row("Who and what", (links.opens_trace(links.chooses(offenders, "User", links.TRACES, "user")), prompts))


def _where() -> Row:
    flagged = table(
        "Flagged judgements",
        "The newest hundred, with what the evaluator said; the trace opens.",
        _sql("flagged"),
        width=16,
        height=11,
        widths={"Explanation": 400},
    )
    labels = table(
        "Labels", "Every label given, how often, and one trace to look at.", _sql("labels"), width=8, height=11
    )
    return Row("Where", (links.opens_trace(flagged), links.opens_trace(labels)))
