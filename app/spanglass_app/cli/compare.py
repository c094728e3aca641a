"""The command that compares two variants of a model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from spanglass_app.cli.root import app, console, errors, explained


@app.command("compare-models")
def compare_models(
    a: Annotated[str, typer.Argument(help="http://host/v1#MODEL, or the folder of a transformers model.")],
    b: Annotated[str, typer.Argument(help="As A: for example its quantised, pruned or distilled variant.")],
    prompts: Annotated[
        Path, typer.Option(help="JSON Lines: prompt or messages, reference, match, group.", exists=True)
    ],
    limit: Annotated[int, typer.Option(help="At most so many prompts.", min=1)] = 500,
    max_tokens: Annotated[int, typer.Option(help="Longest answer.", min=1)] = 256,
    picture: Annotated[Path | None, typer.Option(help="Draw the differences into this PNG or SVG.")] = None,
) -> None:
    """The same prompts through two variants: speed, size, quality and gaps between groups, with intervals."""
    from spanglass_app.compare import difference, measure, prompt, show
    from spanglass_app.compare.variant import open_variant

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with explained():
        asked = prompt.read(prompts, limit)
        variants = [open_variant(spec) for spec in (a, b)]
        measured = []
        with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
            for variant in variants:
                task = progress.add_task(variant.name, total=len(asked))
                answers = measure.ask(variant, asked, max_tokens, lambda task=task: progress.advance(task))  # type: ignore[misc]
                measured.append(measure.measure(asked, answers))
        found = difference.differences(measured[0], measured[1])
        found += difference.gap_differences(measured[0], measured[1], [p.group for p in asked])
        names = [
            f"{v.name} (A)" if variants[0].name == variants[1].name and v is variants[0] else v.name for v in variants
        ]
        console.print(show.table(names[0], names[1], found))
        for variant in variants:
            if variant.size_bytes:
                console.print(f"{variant.name}: {variant.size_bytes / 1e6:,.2f} MB of weights", highlight=False)
        if picture:
            show.picture(names[0], names[1], found, picture)
            console.print(f"drawn to {picture}", highlight=False)
