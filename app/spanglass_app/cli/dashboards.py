"""Commands about dashboards."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spanglass_app.cli.root import app, console, explained

dashboards_app = typer.Typer(help="Grafana dashboards.", no_args_is_help=True)
app.add_typer(dashboards_app, name="dashboards")


@dashboards_app.command("export")
def export(
    folder: Annotated[Path, typer.Argument(help="Where to write the dashboard JSON files.")],
) -> None:
    """Write the dashboards as JSON files for Grafana's import or provisioning."""
    from spanglass_dashboards import dashboards

    with explained():
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in dashboards().items():
            (folder / name).write_text(text, encoding="utf-8")
            console.print(str(folder / name), highlight=False)
