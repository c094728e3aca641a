"""Runs and models from and to a real MLflow store on disk."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from spanglass.training import training_run
from spanglass_app.cli import app
from spanglass_collector.background import BackgroundCollector
from tests.lifecycle.needs import needs

needs("mlflow")
Query = Callable[[str, str], list[tuple[Any, ...]]]


@pytest.fixture
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)  # MLflow leaves files where it is called
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    return (tmp_path / "mlruns").as_uri()


@pytest.fixture
def run(shared_collector: BackgroundCollector, uri: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """`spanglass mlflow ...` against the shared collector."""
    monkeypatch.setenv("SPANGLASS_STORE", shared_collector.endpoints.store_url)
    monkeypatch.setenv("SPANGLASS_OTLP_HTTP", str(shared_collector.endpoints.otlp_http))

    def run(*words: str) -> str:
        words = ("mlflow", *words, "--uri", uri, "--experiment", "tuning")
        result = CliRunner().invoke(app, list(words), catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    return run


def test_an_mlflow_run_is_imported_whole(run: Callable[..., str], uri: str, rows: Query) -> None:
    """Settings, all numbers (also NaN), the registered version and how the run ended; twice is once."""
    from mlflow.tracking import MlflowClient

    client = MlflowClient(uri)
    info = client.create_run(client.create_experiment("tuning"), run_name="first").info
    made = info.run_id
    client.log_param(made, "lr", 0.1)
    for step, value in enumerate((1.5, math.nan, 0.5)):
        client.log_metric(made, "loss", value, step=step)
    model = f"bot-{uuid.uuid4().hex[:8]}"
    client.create_registered_model(model)
    client.create_model_version(model, f"{info.artifact_uri}/model", run_id=made)
    client.set_terminated(made, "FAILED")
    for _ in range(2):
        assert "1 training runs, 3 training metrics, 1 model versions" in run("import")
    assert rows("SELECT Status, Name, Config FROM training_runs FINAL WHERE RunId = {id:String}", made) == [
        ("failed", "first", '{"lr":"0.1"}')
    ]
    stored = rows("SELECT Step, isNaN(Value) FROM training_metrics FINAL WHERE RunId = {id:String} ORDER BY Step", made)
    assert stored == [(0, 0), (1, 1), (2, 0)]
    assert rows("SELECT ModelVersion FROM lineage WHERE RunId = {id:String}", made) == [(f"{model}@1",)]


def test_our_run_comes_back_from_mlflow_as_it_was(
    run: Callable[..., str], delivered: Callable[[], None], uri: str, rows: Query
) -> None:
    """Exported and imported again: settings, numbers and lineage are the same."""
    with training_run("ours", config={"lr": 0.5}) as ours:
        ours.log(3, loss=0.25)
    delivered()
    there = run("export", ours.run_id).split()[-1]
    run("import")
    query = (
        "SELECT LineageId, JSONExtractString(Config, 'lr'), Status FROM training_runs FINAL WHERE RunId = {id:String}"
    )
    assert rows(query, there) == [(ours.lineage_id, "0.5", "finished")]
    assert rows("SELECT Step, Value FROM training_metrics FINAL WHERE RunId = {id:String}", there) == [(3, 0.25)]
