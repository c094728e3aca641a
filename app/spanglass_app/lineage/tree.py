"""A lineage as a tree in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from rich.markup import escape
from rich.tree import Tree

from spanglass_app.lineage.trace_back import Row, last_metrics, signature_of, stages
from spanglass_collector.store import Store

_SHOWN = ("loss", "train_loss", "eval_loss", "eval_perplexity", "tokens_per_second")


def tree(store: Store, project: str, rows: Sequence[Row]) -> Tree:
    """`rows` of one or more chains. Raises StoreError."""
    root = Tree("[bold]lineage[/]", guide_style="dim")
    for _, chain in groupby(rows, lambda row: row["ModelVersion"]):
        _chain(store, project, root, list(chain))
    return root


def _chain(store: Store, project: str, root: Tree, rows: Sequence[Row]) -> None:
    first = rows[0]
    branch = root.add(f"[cyan]{escape(first['LineageId'])}[/]")
    if first["DatasetVersion"]:
        origin = f", grown from {first['ParentDatasetDigest'][:12]}" if first["ParentDatasetDigest"] else ""
        branch = branch.add(
            f"dataset [bold]{escape(first['DatasetVersion'])}[/], {first['DatasetItems']} examples{origin}"
        )
    if first["RunId"]:
        branch = branch.add(_run(store, project, first))
    model = branch.add(
        f"model version [bold]{escape(first['ModelVersion'])}[/]{_of('checkpoint', first['CheckpointUri'])}"
    )
    for stage in stages(store, project, first["ModelVersion"]):
        proof = signature_of(first["ModelVersion"], stage)
        colour = {"signed": "green", "unsigned": "dim"}.get(proof, "bold red")
        model.add(
            f"{escape(stage['Stage'])} by {escape(stage['Who'])}: {escape(stage['Why'])} [{colour}]{escape(proof)}[/]"
        )
    for row in rows:
        if row["DeploymentId"]:
            model.add(_deployment(row))
    served = model.add(_served(first))
    for name in first["NextDatasets"]:
        served.add(f"next dataset [bold]{escape(name)}[/]")


def _run(store: Store, project: str, row: Row) -> str:
    numbers = {metric["Name"]: metric["Value"] for metric in last_metrics(store, project, row["RunId"])}
    shown = ", ".join(f"{name} {numbers[name]:.4g}" for name in _SHOWN if name in numbers)
    code = _of("code", row["CodeRevision"][:12])
    return (
        f"run [bold]{escape(row['RunName'])}[/] {row['RunId']}, {row['RunStatus']}{code}{', ' + shown if shown else ''}"
    )


def _deployment(row: Row) -> str:
    prompts = "".join(f", prompt {escape(name)} v{version}" for name, version in row["PromptVersions"].items())
    where = " ".join(escape(part) for part in (row["Environment"], row["Service"], row["Release"]) if part)
    return f"deployed {row['DeployedAt']:%Y-%m-%d %H:%M} to {where} by {escape(row['DeployedBy'])}{prompts}"


def _served(row: Row) -> str:
    if not row["Spans"]:
        return "served no traces yet"
    times = f"{row['FirstSpan']:%Y-%m-%d %H:%M} to {row['LastSpan']:%Y-%m-%d %H:%M}"
    return f"served {row['Traces']} traces, {row['Errors']} errors, {times}; the last is {row['LastTrace']}"


def _of(word: str, value: Any) -> str:
    return f", {word} {escape(str(value))}" if value else ""
