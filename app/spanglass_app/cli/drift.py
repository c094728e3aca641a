"""Commands that compare two windows of stored traffic: drift report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from spanglass_app import reach
from spanglass_app.cli.root import (
    Config,
    DataDir,
    OtlpHttp,
    Project,
    Sql,
    StoreOption,
    app,
    console,
    errors,
    explained,
    settings,
)
from spanglass_app.period import stretch
from spanglass_collector.store import Store
from spanglass_evaluators.contract import Window, WindowJudgement

drift_app = typer.Typer(help="Is traffic still like it was.", no_args_is_help=True)
app.add_typer(drift_app, name="drift")

_SHOWN = 60


@drift_app.callback()
def _drift() -> None:
    """Is traffic still like it was."""


@drift_app.command("report")
def report(
    current: Annotated[str, typer.Option(help="FROM..TO; each 15m, 2h, 7d ago, or an ISO time.")] = "1d..0s",
    reference: Annotated[str, typer.Option(help="As --current.")] = "2d..1d",
    where: Annotated[str, typer.Option(help="SQL over spans: which count, in both windows.")] = "Kind = 'llm'",
    current_where: Annotated[str, typer.Option(help="SQL that the current spans must satisfy too.")] = "",
    reference_where: Annotated[str, typer.Option(help="SQL that the reference's must satisfy too.")] = "",
    feature: Annotated[list[str] | None, typer.Option(help="What is compared; again for more.")] = None,
    preset: Annotated[list[str] | None, typer.Option(help="Of evidently: drift, summary; again for both.")] = None,
    out: Annotated[Path, typer.Option(help="The page to write.")] = Path("drift.html"),
    project: Project = "default",
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    sql: Sql = None,
    store: StoreOption = None,
    config: Config = None,
) -> None:
    """Compare any two windows: our verdicts here, evidently's pictures in an HTML page (extra `reports`)."""
    from spanglass_evaluators.drift.config import DEFAULT_FEATURES, DriftConfig
    from spanglass_evaluators.drift.drift import Drift

    with explained():
        chosen = settings(data_dir, otlp_http, None, sql, store, config)
        judge = Drift(DriftConfig(features=tuple(feature or DEFAULT_FEATURES)))
        sides = ((reference, reference_where), (current, current_where))
        with reach.store(chosen) as opened:
            before, now = (
                _window(opened, judge.columns, times, f"({where}) AND ({own or 1})", project) for times, own in sides
            )
        _show(judge.judge(before, now))
        _write(before, now, preset or ["drift"], out)


def _window(store: Store, columns: tuple[str, ...], times: str, where: str, project: str) -> Window:
    from spanglass_evaluators.engine.window_columns import read_window
    from spanglass_evaluators.engine.windows import Bounds, WindowPlan

    start, end = (int(at.timestamp() * 1e9) for at in stretch(times, datetime.now(timezone.utc)))
    plan = WindowPlan()
    bounds = Bounds(start, end, where)
    return read_window(store, columns, bounds, project=project, max_rows=plan.max_rows, text_rows=plan.text_rows)


def _show(judgements: Sequence[WindowJudgement]) -> None:
    table = Table("feature", "test", "p adjusted", "effect", "rows", "verdict", "what", box=None, header_style="dim")
    for j in judgements:
        verdict = {True: "[bold red]DRIFT[/]", False: "same", None: "too few"}[j.drifted]
        p_value = "" if j.adjusted_p_value is None else f"{j.adjusted_p_value:.3g}"
        effect = "" if j.effect_size is None else f"{j.effect_size:+.3f}"
        rows = f"{j.reference_n:,} -> {j.n:,}"
        table.add_row(j.feature, j.method, p_value, effect, rows, verdict, escape(j.explanation[:_SHOWN]))
    console.print(table)


def _write(before: Window, now: Window, presets: list[str], out: Path) -> None:
    from spanglass_evaluators.reports.page import drift_page

    page = drift_page(before, now, presets=presets)
    out.write_text(page.html, encoding="utf-8")
    for left_out in page.left_out:
        errors.print(f"not on the page: {left_out}", highlight=False, markup=False)
    console.print(f"written to {out}", highlight=False)
