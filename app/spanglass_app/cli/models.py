"""Commands about local models: models prepare, models list."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.table import Table

from spanglass_app.cli.root import app, console, errors, explained
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.models.cache import cache_folder, prepared
from spanglass_evaluators.models.manifest import Manifest

models_app = typer.Typer(help="Models that run on this machine.", no_args_is_help=True)
app.add_typer(models_app, name="models")

_RELEASES = "https://github.com/unitaryai/detoxify/releases"


class Family(str, Enum):
    """What a checkpoint is."""

    detoxify = "detoxify"
    classifier = "classifier"
    embedding = "embedding"


class Keep(str, Enum):
    """Which weights to keep: int8 for processors, fp32 for GPUs."""

    int8 = "int8"
    fp32 = "fp32"
    both = "both"


@models_app.command("prepare")
def prepare_(
    name: Annotated[str, typer.Argument(help="What settings will call it: detoxify-original, my-minilm ...")],
    checkpoint: Annotated[
        Path | None, typer.Option("--checkpoint", help="Detoxify's .ckpt file, or a folder saved by transformers.")
    ] = None,
    tokenizer: Annotated[
        Path | None,
        typer.Option("--tokenizer", help="Folder with the base model's config.json and tokenizer (of a .ckpt)."),
    ] = None,
    family: Annotated[Family | None, typer.Option("--family", help="By the name, when not given.")] = None,
    sha256: Annotated[str, typer.Option("--sha256", help="Refuse a checkpoint with another digest.")] = "",
    keep: Annotated[Keep, typer.Option("--keep", help="int8 for processors, fp32 for GPUs, both.")] = Keep.int8,
) -> None:
    """Turn a checkpoint into what evaluators run: exported to ONNX, 8 bits, compared with the original."""
    from spanglass_evaluators.models.preparing.prepare import Wanted, prepare  # numpy

    with explained(), _without_advice():
        wanted = Wanted(name, _family(name, family), _given(name, checkpoint), tokenizer, sha256, keep.value)
        with errors.status("preparing") as status:
            manifest = prepare(wanted, cache_folder(), status.update)
    _show([(cache_folder() / name, manifest)])
    console.print(f"\ncheckpoint sha256 {manifest.source_sha256}", highlight=False, soft_wrap=True)


@contextmanager
def _without_advice() -> Iterator[None]:
    """The exporter and the quantiser give advice to who writes models, the latter through the root logger."""
    loggers = [logging.getLogger(), logging.getLogger("torch.onnx")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@models_app.command("list")
def list_() -> None:
    """The models that were prepared on this machine."""
    with explained():
        found = prepared()
    if not found:
        console.print(f"none in {cache_folder()}; make one with: spanglass models prepare", soft_wrap=True)
        return
    _show(found)


def _family(name: str, family: Family | None) -> Literal["detoxify", "classifier", "embedding"]:
    if family:
        return family.value
    if name.startswith("detoxify"):
        return "detoxify"
    raise ConfigurationError(f"what is {name}? add --family classifier, embedding or detoxify")


def _given(name: str, checkpoint: Path | None) -> Path:
    if checkpoint is None:
        raise ConfigurationError(
            f"--checkpoint FILE is missing, and nothing is downloaded by itself. Get the file where there is a network "
            f"({_RELEASES} for Detoxify), copy it here, and name it: spanglass models prepare {name} --checkpoint FILE"
        )
    return checkpoint


def _show(found: list[tuple[Path, Manifest]]) -> None:
    table = Table("model", "kind", "labels", "weights", "on disk", "largest difference", box=None, header_style="dim")
    for folder, manifest in found:
        size = sum(path.stat().st_size for path in folder.iterdir())
        labels = str(len(manifest.labels)) if manifest.kind == "embedding" else ", ".join(manifest.labels)
        loss = ", ".join(f"{p} {manifest.loss[p].largest:.4f}" for p in manifest.precisions)
        weights = ", ".join(manifest.precisions)
        table.add_row(manifest.name, manifest.kind, labels, weights, f"{size / 1e6:.0f} MB", loss)
    console.print(table)
