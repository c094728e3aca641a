"""Commands about LLM judges: judge try, spent, calibrate, prevalence."""

from __future__ import annotations

from dataclasses import replace
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
    Project,
    Sql,
    StoreOption,
    app,
    console,
    explained,
    settings,
)
from spanglass_app.period import moment
from spanglass_app.settings import Settings
from spanglass_evaluators.contract import Batch, Failure
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.judge.calibration.labels import Judged, Wanted, from_csv, from_store

judge_app = typer.Typer(help="LLM judges: ask one, and measure it against people.", no_args_is_help=True)
app.add_typer(judge_app, name="judge")

Name = Annotated[str, typer.Argument(help="The judge: NAME of [evaluators.NAME].")]
Human = Annotated[str, typer.Option("--human", help="Name of people's scores.")]
Source = Annotated[list[str], typer.Option("--source", help="Whose scores count as people's: human, sdk, api.")]
Since = Annotated[str, typer.Option("--since", help="15m, 2h, 7d, 'all', or an ISO time.")]
Csv = Annotated[Path | None, typer.Option("--csv", help="Rows of judge,human[,length,own,straight,swapped] instead.")]


@judge_app.command("try")
def try_(
    name: Name,
    answer: Annotated[str, typer.Option(help="The answer to judge.")],
    question: Annotated[str, typer.Option(help="What was asked.")] = "",
    reference: Annotated[str, typer.Option(help="What is right, for a judge that looks at it.")] = "",
    against: Annotated[str, typer.Option(help="The other answer, for a pairwise judge.")] = "",
    config: Config = None,
) -> None:
    """Ask a judge about one answer, and show what it says and costs. Calls the endpoint."""
    from spanglass_evaluators.judge.settings import judge_named

    with explained():
        judge = judge_named(settings(config=config).file.get("evaluators", {}), name)
        texts = {"input_text": question, "output_text": answer, "reference": reference, "documents_text": ""}
        row = {column: [texts.get(column, against)] for column in judge.columns}
        [result] = judge.score(Batch(row, 1))
        if isinstance(result, Failure):
            raise ConfigurationError(result.reason)
    cost = "unknown" if result.cost_usd is None else f"{result.cost_usd:.6f} USD"
    value = "none" if result.value is None else f"{result.value:.3f}"
    console.print(f"value {value}  {escape(result.label)}  cost {cost}", highlight=False)
    console.print(escape(result.explanation), highlight=False)


@judge_app.command("spent")
def spent(name: Name, config: Config = None) -> None:
    """What a judge has spent, by day (UTC): calls, and USD where the price is known."""
    from spanglass_evaluators.judge.settings import ledger_of

    with explained():
        days = ledger_of(settings(config=config).file.get("evaluators", {}), name).days()
    table = Table("day", "calls", "USD", "calls without a price", box=None, header_style="dim")
    for each in days:
        table.add_row(each.day, f"{each.calls:,}", f"{each.usd:.6f}", str(each.unpriced_calls or ""))
    console.print(table)


@judge_app.command("calibrate")
def calibrate(
    name: Name,
    human: Human = "feedback",
    csv: Csv = None,
    out: Annotated[Path | None, typer.Option(help="Write the map here, for `calibration` of the judge.")] = None,
    method: Annotated[str, typer.Option(help="auto, isotonic, platt or mean.")] = "auto",
    family: Annotated[str, typer.Option(help="What names of the judge's own family of models begin with.")] = "",
    since: Since = "90d",
    source: Source = ["human"],  # noqa: B006  Typer copies it
    project: Project = "default",
    data_dir: DataDir = None,
    sql: Sql = None,
    store: StoreOption = None,
    config: Config = None,
) -> None:
    """Agreement with people and bias of a judge; with --out also a map from its values to people's."""
    from spanglass_app.reports.judges import report_table
    from spanglass_evaluators.judge.calibration.fit import fit_map
    from spanglass_evaluators.judge.calibration.report import report_of

    with explained():
        wanted = Wanted(project, name, human, _since_ns(since), tuple(source), family)
        rows = _rows(settings(data_dir, None, None, sql, store, config), csv, wanted)
        console.print(report_table(name, report_of(rows)))
        if out is not None:
            labelled = [(row.judge, row.human) for row in rows if row.human is not None]
            found = fit_map([judge for judge, _ in labelled], [label for _, label in labelled], method)
            replace(found, judge=name, made_at=_now().isoformat(timespec="seconds")).save(out)
            errors = ", ".join(f"{each} {error:.4f}" for each, error in found.errors.items())
            console.print(f"{escape(str(out))}: {found.method}, digest {found.digest}", highlight=False)
            console.print(f"mean squared error on rows that were not fitted on: {errors}", highlight=False)


@judge_app.command("prevalence")
def prevalence(
    name: Name,
    human: Human = "feedback",
    csv: Csv = None,
    threshold: Annotated[float | None, typer.Option(help="Count values at least this, instead of their mean.")] = None,
    since: Since = "90d",
    source: Source = ["human"],  # noqa: B006  Typer copies it
    project: Project = "default",
    data_dir: DataDir = None,
    sql: Sql = None,
    store: StoreOption = None,
    config: Config = None,
) -> None:
    """How common something is among all judged items, the judge's errors taken out by people's labels of some."""
    from spanglass_app.reports.judges import prevalence_table

    with explained():
        wanted = Wanted(project, name, human, _since_ns(since), tuple(source))
        rows = _rows(settings(data_dir, None, None, sql, store, config), csv, wanted)
        console.print(prevalence_table(name, rows, threshold))


def _rows(chosen: Settings, csv: Path | None, wanted: Wanted) -> list[Judged]:
    if csv is not None:
        return from_csv(csv)
    with reach.store(chosen) as opened:
        return from_store(opened, wanted)


def _since_ns(text: str) -> int:
    return int(moment(text, _now()).timestamp() * 1e9)


def _now() -> datetime:
    return datetime.now(timezone.utc)
