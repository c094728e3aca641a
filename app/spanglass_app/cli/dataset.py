"""Commands about datasets: from-traces, from-file, list, export."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated, Any

import typer
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
    explained,
    settings,
)
from spanglass_app.datasets import from_file, from_traces, versions
from spanglass_app.datasets.assemble import assemble, parse_splits
from spanglass_app.datasets.export import Shape, export
from spanglass_app.datasets.item import Item
from spanglass_app.datasets.versions import Origin
from spanglass_app.period import moment
from spanglass_collector.store import Store, open_store

dataset_app = typer.Typer(
    help="Dataset versions: made from traces or files, exported for fine-tuning.", no_args_is_help=True
)
app.add_typer(dataset_app, name="dataset")

Name = Annotated[str, typer.Argument(help="The dataset's name.")]
Shares = Annotated[str, typer.Option("--split", help="Shares of the splits.")]
SHARES = "train=0.8,validation=0.1,test=0.1"
Parent = Annotated[str, typer.Option("--parent", help="NAME@VERSION this one is made from; its items are kept.")]


@dataset_app.command("from-traces")
def from_traces_(
    name: Name,
    since: Annotated[str, typer.Option(help="15m, 2h, 7d, 'all', or an ISO time.")] = "7d",
    score: Annotated[str, typer.Option(help="Only calls with this score, see --at-least and --at-most.")] = "",
    at_least: Annotated[float, typer.Option(help="Least value of --score.")] = float("-inf"),
    at_most: Annotated[float, typer.Option(help="Largest value of --score.")] = float("inf"),
    thumbs: Annotated[str, typer.Option(help="'up' or 'down': short for the score 'feedback' of 1 or 0.")] = "",
    errors: Annotated[bool, typer.Option("--errors", help="Only calls that failed.")] = False,
    corrected: Annotated[
        bool, typer.Option("--corrected", help="Only calls a person corrected: preference pairs.")
    ] = False,
    model_version: Annotated[str, typer.Option(help="Only calls that MODEL@VERSION served.")] = "",
    service: Annotated[str, typer.Option(help="Only calls of this service.")] = "",
    sample: Annotated[int, typer.Option(help="At most so many, at random.", min=1)] = 10_000,
    seed: Annotated[int, typer.Option(help="Another seed, another sample.", min=0)] = 0,
    split: Shares = SHARES,
    parent: Parent = "",
    project: Project = "default",
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    sql: Sql = None,
    store: StoreOption = None,
    config: Config = None,
) -> None:
    """A version out of traffic: what was scored low, corrected, failed, or a random sample."""
    with explained():
        if thumbs:
            score, at_least, at_most = "feedback", float(thumbs == "up"), float(thumbs == "up")
        chosen = from_traces.Selection(
            moment(since, datetime.now(timezone.utc)),
            score,
            at_least,
            at_most,
            errors,
            corrected,
            model_version,
            service,
            seed,
            sample,
        )
        with (
            reach.collector(settings(data_dir, otlp_http, None, sql, store, config)) as at,
            open_store(at.store_url) as s,
        ):
            items = from_traces.items(s, project, chosen)
            _save(s, project, name, items, Origin("traces", str(chosen), _parent(s, project, parent)), split)


@dataset_app.command("from-file")
def from_file_(
    name: Name,
    file: Annotated[Path, typer.Argument(help="JSON Lines or CSV.", exists=True, dir_okay=False)],
    split: Shares = SHARES,
    parent: Parent = "",
    project: Project = "default",
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    sql: Sql = None,
    store: StoreOption = None,
    config: Config = None,
) -> None:
    """A version out of a file of chats, prompts with completions, or preference pairs."""
    chosen = settings(data_dir, otlp_http, None, sql, store, config)
    with explained(), reach.collector(chosen) as at, open_store(at.store_url) as opened:
        origin = Origin("file", file.name, _parent(opened, project, parent), versions.dvc_digest(file))
        _save(opened, project, name, from_file.items(file), origin, split)


@dataset_app.command("list")
def list_(
    name: Annotated[str, typer.Argument(help="One dataset's versions; all without it.")] = "",
    project: Project = "default",
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    sql: Sql = None,
    store: StoreOption = None,
    config: Config = None,
) -> None:
    """Versions, the newest first."""
    with explained(), reach.store(settings(data_dir, otlp_http, None, sql, store, config)) as opened:
        _show(versions.listed(opened, project, name))


@dataset_app.command("export")
def export_(
    name: Annotated[str, typer.Argument(help="NAME, NAME@VERSION or NAME@latest.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")],
    split: Annotated[str, typer.Option(help="One split; all without it.")] = "",
    shape: Annotated[str, typer.Option("--format", help="openai, or dpo for preference pairs.")] = "openai",
    project: Project = "default",
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    sql: Sql = None,
    store: StoreOption = None,
    config: Config = None,
) -> None:
    """Write a version for fine-tuning, with a note beside it by which a training run knows its data."""
    with explained(), reach.store(settings(data_dir, otlp_http, None, sql, store, config)) as opened:
        version = versions.find(opened, project, name)
        chosen: Shape = "dpo" if shape == "dpo" else "openai"
        written = export(versions.items(opened, project, version["Digest"], split), version, output, chosen)
    console.print(
        f"{output}: {written.lines} examples of {version['Dataset']}@{version['Version']}, "
        f"{written.left_out} left out for want of {'a pair' if chosen == 'dpo' else 'an answer'}",
        highlight=False,
    )


def _parent(store: Store, project: str, name: str) -> Mapping[str, Any] | None:
    return versions.find(store, project, name) if name else None


def _save(store: Store, project: str, name: str, items: Iterable[Item], origin: Origin, split: str) -> None:
    kept = versions.items_of(store, project, origin.parent["Digest"]) if origin.parent else []
    made = assemble([*kept, *items], parse_splits(split))
    version = versions.save(store, project, name, made, origin, datetime.now(timezone.utc))
    sizes = ", ".join(f"{count} {split}" for split, count in version.splits.items())
    console.print(
        f"{name}@{version.version}: {version.items} examples ({sizes}), {made.duplicates} duplicates left out, "
        f"lineage {version.lineage_id}",
        highlight=False,
    )


def _show(rows: list[Mapping[str, Any]]) -> None:
    table = Table(box=None, header_style="dim")
    for title in ("dataset", "version", "made", "examples", "splits", "from", "parent"):
        table.add_column(title)
    for row in rows:
        splits = ", ".join(f"{name} {count}" for name, count in row["Splits"].items())
        made = f"{row['CreatedAt']:%Y-%m-%d %H:%M}"
        origin = f"{row['Source']}: {row['Selection']}"
        table.add_row(row["Dataset"], row["Version"], made, str(row["Items"]), splits, origin, row["ParentDigest"][:12])
    console.print(table if rows else "no datasets yet: spanglass dataset from-traces NAME")
