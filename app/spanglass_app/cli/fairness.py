"""Commands about fairness: fairness audit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

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
from spanglass_app.period import moment
from spanglass_app.settings import Settings
from spanglass_collector.errors import ConfigurationError
from spanglass_evaluators.contract import SpanEvaluator, Window, WindowJudgement

fairness_app = typer.Typer(help="Do verdicts and answers mind who is spoken of.", no_args_is_help=True)
app.add_typer(fairness_app, name="fairness")


@fairness_app.callback()
def _fairness() -> None:
    """Do verdicts and answers mind who is spoken of."""


@fairness_app.command("audit")
def audit(
    evaluator: Annotated[list[str] | None, typer.Option(help="By name; again for more. [toxicity]")] = None,
    axis: Annotated[list[str] | None, typer.Option(help="gender, religion, ...; again for more. [all]")] = None,
    file: Annotated[Path | None, typer.Option(help="JSON Lines of texts, or of prompts to --ask.", exists=True)] = None,
    since: Annotated[str, typer.Option(help="Without --file: stored answers from 15m, 2h, 7d ago on.")] = "7d",
    limit: Annotated[int, typer.Option(help="At most so many texts.", min=1)] = 2_000,
    ask: Annotated[str, typer.Option(help="http://host/v1#MODEL, or a model's folder: audit its answers.")] = "",
    budget: Annotated[int, typer.Option(help="With --ask: at most so many calls.", min=3)] = 500,
    max_tokens: Annotated[int, typer.Option(help="With --ask: longest answer.", min=1)] = 256,
    json: Annotated[Path | None, typer.Option(help="Write every row into this file.")] = None,
    project: Project = "default",
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    sql: Sql = None,
    store: StoreOption = None,
    config: Config = None,
) -> None:
    """Swap who texts speak of, judge again: which verdicts turn, which groups score higher, with intervals."""
    from spanglass_app.fairness import show
    from spanglass_evaluators.bias.audited import built
    from spanglass_evaluators.bias.terms.vocabulary import AXES

    with explained():
        audited = built(evaluator or ["toxicity"], axis or AXES, "spanglass fairness audit")
        if ask:
            judged = _of_answers(audited, axis or AXES, _prompts_file(file), limit, (ask, budget, max_tokens))
        else:
            chosen = settings(data_dir, otlp_http, None, sql, store, config)
            texts = _window_of(file, limit) if file else _stored(chosen, since, limit, project)
            judged = _of_texts(audited, axis or AXES, texts)
        console.print(show.flips_table(judged))
        console.print(show.gaps_table(judged))
        if json:
            show.write_json(judged, json)
            console.print(f"written to {json}", highlight=False)


def _of_texts(audited: Sequence[SpanEvaluator], axes: Sequence[str], texts: Window) -> list[WindowJudgement]:
    from spanglass_evaluators.bias.counterfactual import Counterfactual, CounterfactualConfig

    names = tuple(one.name for one in audited)
    return list(Counterfactual(CounterfactualConfig(names, tuple(axes)), tuple(audited)).judge(None, texts))


def _window_of(file: Path, limit: int) -> Window:
    from spanglass_app.fairness import texts

    exchanges = texts.read(file, limit)
    columns = {"input_text": [e.asked for e in exchanges], "output_text": [e.said for e in exchanges]}
    return Window(0, 1, columns, len(exchanges))


def _stored(chosen: Settings, since: str, limit: int, project: str) -> Window:
    from spanglass_evaluators.bias.counterfactual import TEXTS
    from spanglass_evaluators.engine.window_columns import read_window
    from spanglass_evaluators.engine.windows import Bounds

    now = datetime.now(timezone.utc)
    start, end = (int(at.timestamp() * 1e9) for at in (moment(since, now), now))
    with reach.store(chosen) as opened:
        return read_window(
            opened, TEXTS, Bounds(start, end, "Kind = 'llm'"), project=project, max_rows=limit, text_rows=limit
        )


def _prompts_file(file: Path | None) -> Path:
    if file is None:
        raise ConfigurationError('--ask needs --file: JSON Lines with "prompt" or "messages"')
    return file


def _of_answers(
    audited: Sequence[SpanEvaluator], axes: Sequence[str], file: Path, limit: int, asking: tuple[str, int, int]
) -> list[WindowJudgement]:
    from spanglass_app.compare import prompt
    from spanglass_app.compare.variant import open_variant
    from spanglass_app.fairness import again
    from spanglass_evaluators.bias.counterfactual import CounterfactualConfig, judgements

    spec, budget, max_tokens = asking
    config = CounterfactualConfig(axes=tuple(axes))
    planned = again.plan(prompt.read(file, limit), axes, config.swaps_per_text)
    with _bar(min(budget, sum(len(questions) + 1 for questions in planned))) as done:
        asked = again.ask(open_variant(spec), planned, budget=budget, max_tokens=max_tokens, done=done)
    console.print(
        f"{len(asked.first)} prompts asked, {len(asked.questions)} again; {asked.failed} calls failed, "
        f"{asked.left_out} left out by --budget",
        highlight=False,
    )
    return [row for one in audited for row in judgements(one.name, again.scored(one, asked), config)]


@contextmanager
def _bar(total: int) -> Iterator[Callable[[], None]]:
    columns = (TextColumn("asking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task("asking", total=total)
        yield lambda: progress.advance(task)
