"""Commands about releases: deployment, model, prompt, lineage, upload."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.markdown import Markdown
from rich.table import Table

from spanglass.errors import SpanglassError
from spanglass.lineage.journal import folder
from spanglass.lineage.upload import Uploader, remove_delivered
from spanglass.registry.deployments import deployment
from spanglass.registry.models import ModelRef, model_version, promotion
from spanglass_app import reach, records
from spanglass_app.cli.root import Config, DataDir, OtlpHttp, Project, app, console, errors, explained, settings
from spanglass_app.lineage.trace_back import chain, prompts
from spanglass_app.lineage.tree import tree
from spanglass_collector.errors import ConfigurationError

deployment_app = typer.Typer(help="What runs where.", no_args_is_help=True)
model_app = typer.Typer(help="Model versions and their promotions.", no_args_is_help=True)
prompt_app = typer.Typer(help="Named, versioned prompts.", no_args_is_help=True)
app.add_typer(deployment_app, name="deployment")
app.add_typer(model_app, name="model")
app.add_typer(prompt_app, name="prompt")

Who = Annotated[str, typer.Option("--who", help="Who did it; the login name without it.")]
Why = Annotated[str, typer.Option("--why", help="Why.")]


@deployment_app.command("record")
def record(
    environment: Annotated[str, typer.Option(help="production, staging, ...")],
    model: Annotated[str, typer.Option(help="MODEL@VERSION that serves from now on.")] = "",
    prompt: Annotated[list[str], typer.Option(help="NAME=VERSION; may be given again.")] = [],  # noqa: B006  Typer copies it
    release: Annotated[str, typer.Option(help="The application's release.")] = "",
    service: Annotated[str, typer.Option(help="The service's name.")] = "",
    who: Who = "",
    why: Why = "",
    project: Project = "default",
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    config: Config = None,
) -> None:
    """Record a deployment: a row, and a line on the dashboards. Call it from the release script, after the switch."""
    with explained():
        chosen = settings(data_dir=data_dir, otlp_http=otlp_http, config=config)
        made = deployment(
            environment=environment,
            model=model,
            prompts=_pairs(prompt),
            release=release,
            service=service,
            who=who,
            why=why,
        )
        records.send(chosen, project, [made])
    console.print(f"deployment {made['deployment_id']} recorded", highlight=False)


@model_app.command("register")
def register(
    model: Annotated[str, typer.Argument(help="The model's name.")],
    artifact: Annotated[Path, typer.Argument(help="File or folder of weights.", exists=True)],
    base_model: Annotated[str, typer.Option(help="What it was made from.")] = "",
    quantisation: Annotated[str, typer.Option(help="int8, awq, ...")] = "",
    notes: Annotated[Path | None, typer.Option(help="Markdown for the model card.", exists=True)] = None,
    project: Project = "default",
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    config: Config = None,
) -> None:
    """Register weights as a version: its name is its content."""
    with explained():
        chosen = settings(data_dir=data_dir, otlp_http=otlp_http, config=config)
        text = notes.read_text(encoding="utf-8") if notes else ""
        ref, made = model_version(model, artifact, base_model=base_model, quantisation=quantisation, notes=text)
        records.send(chosen, project, [made])
    console.print(str(ref), highlight=False)


@model_app.command("promote")
def promote(
    name: Annotated[str, typer.Argument(help="MODEL@VERSION.")],
    stage: Annotated[str, typer.Argument(help="staging, production, archived, ...")],
    why: Why,
    who: Who = "",
    key: Annotated[Path | None, typer.Option(help="Ed25519 private key (PEM) that signs the promotion.")] = None,
    project: Project = "default",
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    config: Config = None,
) -> None:
    """Put a version on a stage, with a signature when a key is given."""
    with explained():
        chosen = settings(data_dir=data_dir, otlp_http=otlp_http, config=config)
        ref = _registered(chosen, project, name)
        try:
            made = promotion(ref, stage, why=why, who=who, key_file=key)
        except SpanglassError as error:
            raise ConfigurationError(str(error)) from error
        records.send(chosen, project, [made])
    console.print(f"{ref} is on {stage}{', signed' if key else ''}", highlight=False)


@model_app.command("card")
def card(
    name: Annotated[str, typer.Argument(help="MODEL@VERSION.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the Markdown there.")] = None,
    project: Project = "default",
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    config: Config = None,
) -> None:
    """Show a version's model card."""
    with explained():
        text = _model(settings(data_dir=data_dir, otlp_http=otlp_http, config=config), project, name, "Card")
        if output:
            output.write_text(text, encoding="utf-8")
    console.print(f"written to {output}" if output else Markdown(text))


@prompt_app.command("set")
def set_prompt(
    name: Annotated[str, typer.Argument(help="The prompt's name.")],
    template: Annotated[Path, typer.Argument(help="Text, or chat as JSON; variables as {name}.", exists=True)],
    label: Annotated[str, typer.Option(help="Point this label at it, for example production.")] = "",
    who: Who = "",
    why: Why = "",
    project: Project = "default",
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    config: Config = None,
) -> None:
    """Give a prompt's text the next version number; text known already keeps its number."""
    with explained():
        chosen = settings(data_dir=data_dir, otlp_http=otlp_http, config=config)
        body = {"template": template.read_text(encoding="utf-8"), "who": who, "why": why}
        path = f"/api/v1/prompts/{quote(name, safe='')}"
        made = records.call(chosen, project, "POST", path, json=body)
        if label:
            target = {"version": made["version"], "who": who}
            made = records.call(chosen, project, "PUT", f"{path}/labels/{quote(label, safe='')}", json=target)
    console.print(f"{name} version {made['version']} {' '.join(made['labels'])}", highlight=False)


@prompt_app.command("list")
def list_prompts(
    project: Project = "default", data_dir: DataDir = None, otlp_http: OtlpHttp = None, config: Config = None
) -> None:
    """Prompts with their versions and labels."""
    with explained(), reach.store(settings(data_dir=data_dir, otlp_http=otlp_http, config=config)) as opened:
        rows = prompts(opened, project)
    table = Table("prompt", "versions", "last", "labels", box=None, header_style="dim")
    for row in rows:
        table.add_row(row["Prompt"], str(row["Versions"]), f"{row['Last']:%Y-%m-%d %H:%M}", ", ".join(row["Labels"]))
    console.print(table if rows else "no prompts yet: spanglass prompt set NAME FILE")


@app.command("lineage")
def lineage(
    name: Annotated[str, typer.Argument(help="A dataset or model version, a run, deployment, lineage or trace id.")],
    project: Project = "default",
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    config: Config = None,
) -> None:
    """From data to traces: everything that a name belongs to."""
    with explained(), reach.store(settings(data_dir=data_dir, otlp_http=otlp_http, config=config)) as opened:
        rows = chain(opened, project, name)
        if not rows:
            raise ConfigurationError(
                f"nothing in project {project!r} is called {name!r}, or no model version came of it"
            )
        console.print(tree(opened, project, rows), highlight=False)


@app.command("upload")
def upload(
    directory: Annotated[Path | None, typer.Argument(help="Where journals lie; .spanglass/records without it.")] = None,
    project: Project = "default",
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    config: Config = None,
) -> None:
    """Deliver lifecycle records that were made without a collector. Delivering twice changes nothing."""
    where = directory or folder()
    chosen = settings(data_dir=data_dir, otlp_http=otlp_http, config=config)
    with explained(), reach.collector(chosen) as reached:
        journals = sorted(where.glob("*.jsonl"))
        key = chosen.local_key
        headers = {"x-spanglass-project": project, **({"authorization": f"Bearer {key}"} if key else {})}
        uploader = Uploader(reached.endpoint, headers)
        total = sum(_deliver(uploader, journal) for journal in journals)
        uploader.close()
    console.print(f"{total} records of {len(journals)} journals delivered from {where}", highlight=False)


def _deliver(uploader: Uploader, journal: Path) -> int:
    progress = uploader.deliver(journal, timeout_s=30)
    if progress.refused:
        errors.print(f"{journal}: {progress.refused} records refused, see {journal}.refused", highlight=False)
    if progress.trouble:
        raise ConfigurationError(f"{journal}: {progress.trouble}; what is left stays in the file, run it again later")
    remove_delivered(journal)
    return progress.sent


def _registered(chosen: Any, project: str, name: str) -> ModelRef:
    model, _, version = name.partition("@")
    digest, lineage_id = (_model(chosen, project, name, column) for column in ("Digest", "LineageId"))
    return ModelRef(model, version, digest, lineage_id)


def _model(chosen: Any, project: str, name: str, column: str) -> str:
    """One text column of a model version. Raises ConfigurationError when there is none."""
    with reach.store(chosen) as opened:
        rows = opened.query(
            f"SELECT {column} FROM model_versions FINAL "  # noqa: S608  one of our own column names
            "WHERE Project = {project:String} AND concat(Model, '@', Version) = {name:String}",
            {"project": project, "name": name},
        ).result_rows
    if not rows:
        raise ConfigurationError(f"no model version {name!r} in project {project!r}: register it first")
    return str(rows[0][0])


def _pairs(texts: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in texts]
    if bad := next((text for text, (_, equals, _v) in zip(texts, pairs, strict=True) if not equals), None):
        raise ConfigurationError(f"--prompt {bad!r}: write NAME=VERSION")
    return {name: version for name, _, version in pairs}
