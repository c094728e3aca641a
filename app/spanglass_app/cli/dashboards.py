"""Commands about dashboards."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from spanglass_app.cli.root import app, console, explained, settings
from spanglass_collector.errors import ConfigurationError

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


@dashboards_app.command("install")
def install(
    grafana_url: Annotated[str, typer.Option(help="Grafana's address, with its sub-path if it has one.")],
    token: Annotated[
        str, typer.Option(envvar="SPANGLASS_GRAFANA_TOKEN", help="Token of a service account with the role Admin.")
    ],
    sql_url: Annotated[
        str, typer.Option(help="The SQL endpoint or ClickHouse server as Grafana reaches it.")
    ] = "http://localhost:8123",
    sql_user: Annotated[str, typer.Option(help="Who Grafana reads as.")] = "grafana",
    sql_password: Annotated[
        str, typer.Option(envvar="SPANGLASS_SQL_PASSWORD", help="Its password; else SPANGLASS_API_KEY.")
    ] = "",
    database: Annotated[str, typer.Option(help="Where the tables are.")] = "spanglass",
) -> None:
    """Put data source, folder and dashboards into a running Grafana. Doing it again changes nothing."""
    from spanglass_dashboards import install as grafana
    from spanglass_dashboards.datasource import SqlEndpoint

    with explained():
        try:
            password = sql_password or settings().collector.api_key
            endpoint = SqlEndpoint.parse(sql_url, user=sql_user, password=password, database=database)
            with grafana.open_client(grafana_url, token) as client:
                for done in grafana.install(client, endpoint):
                    console.print(f"{done.did:8} {done.what} {escape(done.name)} {done.url}".rstrip(), highlight=False)
        except (grafana.InstallError, ValueError) as error:
            raise ConfigurationError(str(error)) from error
