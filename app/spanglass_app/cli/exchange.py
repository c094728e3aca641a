"""Commands that exchange training runs with MLflow."""

from __future__ import annotations

from typing import Annotated

import typer

from spanglass_app import reach, records
from spanglass_app.cli.root import Config, DataDir, OtlpHttp, Project, app, console, explained, settings
from spanglass_collector.errors import ConfigurationError

mlflow_app = typer.Typer(help="Training runs and models from and to MLflow.", no_args_is_help=True)
app.add_typer(mlflow_app, name="mlflow")

Uri = Annotated[str, typer.Option("--uri", help="MLflow's tracking URI, for example sqlite:///mlflow.db.")]
Experiment = Annotated[str, typer.Option("--experiment", help="The experiment's name.")]
_BATCH = 5_000


@mlflow_app.command("import")
def import_(
    uri: Uri,
    experiment: Experiment,
    project: Project = "default",
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    config: Config = None,
) -> None:
    """Runs with all their numbers, and the model versions registered from them. Importing again changes nothing."""
    with explained():
        chosen = settings(data_dir=data_dir, otlp_http=otlp_http, config=config)
        _needs_mlflow()
        from spanglass_app.exchange.mlflow import import_runs

        found = list(import_runs(uri, experiment))
        for start in range(0, len(found), _BATCH):
            records.send(chosen, project, found[start : start + _BATCH])
    counts = {
        kind: sum(r["record"] == kind for r in found) for kind in ("training_run", "training_metric", "model_version")
    }
    told = ", ".join(f"{count} {kind.replace('_', ' ')}s" for kind, count in counts.items())
    console.print(f"{experiment}: {told}", highlight=False)


@mlflow_app.command("export")
def export(
    run: Annotated[str, typer.Argument(help="The run's id.")],
    uri: Uri,
    experiment: Experiment,
    project: Project = "default",
    data_dir: DataDir = None,
    otlp_http: OtlpHttp = None,
    config: Config = None,
) -> None:
    """One of our runs as a new run there, with its settings, numbers and lineage in tags."""
    with explained():
        chosen = settings(data_dir=data_dir, otlp_http=otlp_http, config=config)
        _needs_mlflow()
        from spanglass_app.exchange.mlflow import export_run
        from spanglass_app.lineage.trace_back import metrics_of, run_of

        with reach.store(chosen) as opened:
            found = run_of(opened, project, run)
            if found is None:
                raise ConfigurationError(f"no training run {run!r} in project {project!r}")
            made = export_run(uri, experiment, found, metrics_of(opened, project, run))
    console.print(f"MLflow run {made}", highlight=False)


def _needs_mlflow() -> None:
    try:
        import mlflow  # noqa: F401
    except ImportError as error:
        raise ConfigurationError("this needs MLflow: pip install mlflow-skinny") from error
