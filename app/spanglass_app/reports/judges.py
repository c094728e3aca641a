"""Tables of what is known about a judge."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from spanglass_evaluators.judge.calibration.estimate import Estimate
from spanglass_evaluators.judge.calibration.labels import Judged
from spanglass_evaluators.judge.calibration.prevalence import prediction_powered, rogan_gladen
from spanglass_evaluators.judge.calibration.report import JudgeReport

_UNKNOWN = "not measurable"


def report_table(name: str, report: JudgeReport) -> Table:
    """Agreement, correlation and bias, each with its interval."""
    table = _table(f"{name} and people, {report.labelled} items labelled by both")
    agreement, correlations, position = report.agreement, report.correlations, report.position
    _add(table, "agreement", agreement.percent if agreement else None, "people's labels are few levels")
    _add(table, "Cohen's kappa", agreement.kappa if agreement else None, "as above")
    _add(table, "kappa, quadratic weights", agreement.weighted_kappa if agreement else None, "as above")
    _add(table, "Pearson's r", correlations.pearson, "both vary")
    _add(table, "Spearman's rho", correlations.spearman, "both vary")
    _add(table, "length: gained by each doubling", report.length, "ten labelled answers of known, unlike length")
    _add(table, "own family: gained", report.own, "--family, ten labelled answers of each kind")
    _add(table, "first place: gained over half", position.first if position else None, "a pairwise judge of one model")
    _add(table, "alike in both orders", position.consistent if position else None, "as above")
    return table


def prevalence_table(name: str, rows: Sequence[Judged], threshold: float | None) -> Table:
    """Raises ConfigurationError when there is too little to tell."""
    cut = [row if threshold is None else _cut(row, threshold) for row in rows]
    human = [row.human for row in cut if row.human is not None]
    judged = [row.judge for row in cut if row.human is not None]
    others = [row.judge for row in cut if row.human is None]
    powered = prediction_powered(human, judged, others)
    table = _table(f"{name}: {len(rows)} judged, {len(human)} of them labelled by people")
    _add(table, "the judge alone (its errors in it)", Estimate(sum(r.judge for r in cut) / len(cut)), "")
    _add(table, "prediction-powered", powered, "")
    if {*human, *judged, *others} <= {0.0, 1.0}:
        needs = "both labels, and a judge better than chance"
        _add(table, "Rogan-Gladen", rogan_gladen(human, judged, others), needs)
    return table


def _cut(row: Judged, threshold: float) -> Judged:
    return Judged(float(row.judge >= threshold), None if row.human is None else float(row.human >= threshold))


def _table(title: str) -> Table:
    return Table("", "value", "95 % interval", title=title, title_justify="left", box=None, header_style="dim")


def _add(table: Table, what: str, found: Estimate | None, needs: str) -> None:
    if found is None:
        table.add_row(what, "-", f"{_UNKNOWN}: needs {needs}")
        return
    interval = "" if found.low is None or found.high is None else f"{found.low:.3f} to {found.high:.3f}"
    table.add_row(what, f"{found.value:.3f}", interval)
