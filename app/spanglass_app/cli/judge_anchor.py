"""Commands about a judge's frozen anchor set: judge anchor freeze, judge anchor run."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from spanglass_app import reach
from spanglass_app.cli.judge import Name, Since, judge_app
from spanglass_app.cli.root import Config, DataDir, Project, Sql, StoreOption, console, explained, settings
from spanglass_app.period import moment

anchor_app = typer.Typer(help="Does a judge still say what it said?", no_args_is_help=True)
judge_app.add_typer(anchor_app, name="anchor")

File = Annotated[Path, typer.Option("--file", help="The anchor set: texts and verdicts, readable by you alone.")]


@anchor_app.command("freeze")
def freeze(
    name: Name,
    file: File,
    n: Annotated[int, typer.Option(min=20, help="How many, over all of the judge's values.")] = 100,
    since: Since = "30d",
    project: Project = "default",
    data_dir: DataDir = None,
    sql: Sql = None,
    store: StoreOption = None,
    config: Config = None,
) -> None:
    """Keep judged answers and what the judge said of them. Calls nobody."""
    from spanglass_evaluators.judge.anchor import save_anchors
    from spanglass_evaluators.judge.anchor_store import choose_anchors
    from spanglass_evaluators.judge.settings import judge_named

    with explained():
        chosen = settings(data_dir, None, None, sql, store, config)
        judge = judge_named(chosen.file.get("evaluators", {}), name)
        since_ns = int(moment(since, datetime.now(timezone.utc)).timestamp() * 1e9)
        with reach.store(chosen) as opened:
            anchors = choose_anchors(opened, judge, project, since_ns, n)
        save_anchors(anchors, file)
    console.print(f"{escape(str(file))}: {len(anchors.items)} answers judged by {escape(name)} ({anchors.digest})")


@anchor_app.command("run")
def run(
    name: Name,
    file: File,
    project: Project = "default",
    data_dir: DataDir = None,
    sql: Sql = None,
    store: StoreOption = None,
    config: Config = None,
) -> None:
    """Judge the anchors again (daily, by cron) and store scores NAME.anchor and the drift; exit code 2 on drift."""
    from spanglass_evaluators.judge.anchor import anchor_drift, load_anchors
    from spanglass_evaluators.judge.anchor_store import write_anchor_drift, write_anchor_scores
    from spanglass_evaluators.judge.settings import judge_named

    with explained():
        chosen = settings(data_dir, None, None, sql, store, config)
        judge = judge_named(chosen.file.get("evaluators", {}), name)
        anchors = load_anchors(file)
        anchors.check(judge)
        results = replace(judge, afresh=True).score(anchors.batch(judge.columns))
        found, now_ns = anchor_drift(anchors, results), time.time_ns()
        with reach.store(chosen) as opened:
            write_anchor_scores(opened, project, anchors, results, now_ns)
            write_anchor_drift(opened, project, anchors, found, now_ns)
    told = {True: "drifted", False: "no drift", None: "cannot tell"}[found.drifted]
    console.print(f"{told}: {escape(found.explanation)}", highlight=False)
    if found.drifted:
        raise typer.Exit(2)
