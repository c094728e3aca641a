"""MLflow: its runs and registered models as our records, and ours as its runs.

An imported run keeps MLflow's run id, so importing again changes nothing. MLflow knows neither data digests nor
lineage: what an export of ours carried in tags (`spanglass.*`) comes back with the import; other runs start a lineage
of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

import orjson
from mlflow.entities import Metric, Param, Run
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from spanglass.lineage.digest import lineage_id
from spanglass.registry.card import model_card
from spanglass_collector.errors import ConfigurationError

Record = dict[str, Any]
Row = Mapping[str, Any]

_STATUS = {"FINISHED": "finished", "FAILED": "failed", "KILLED": "interrupted"}
_BACK = {"finished": "FINISHED", "failed": "FAILED", "interrupted": "KILLED", "running": "RUNNING"}
_OUR_TAGS = ("lineage_id", "dataset", "dataset_digest")
_PARAM_CHARS = 6000
"""MLflow refuses longer parameters."""


def import_runs(uri: str, experiment: str) -> Iterator[Record]:
    """Records of every run of an experiment, its numbers, and the model versions registered from it.

    Raises ConfigurationError when there is no such experiment.
    """
    client = MlflowClient(uri)
    found = client.get_experiment_by_name(experiment)
    if found is None:
        raise ConfigurationError(f"MLflow at {uri} has no experiment {experiment!r}")
    for run in _runs(client, found.experiment_id):
        yield _run_record(run)
        for name in run.data.metrics:
            yield from _numbers(run.info.run_id, client.get_metric_history(run.info.run_id, name))
        for version in _versions(client, run.info.run_id):
            yield _version_record(version, run)


def export_run(uri: str, experiment: str, run: Row, metrics: list[Row]) -> str:
    """Our run (columns of `training_runs`) with its numbers as a new MLflow run; returns its id there."""
    client = MlflowClient(uri)
    found = client.get_experiment_by_name(experiment)
    experiment_id = found.experiment_id if found else client.create_experiment(experiment)
    tags = {"spanglass.run_id": run["RunId"], "spanglass.lineage_id": run["LineageId"]}
    tags |= {"spanglass.dataset": run["Dataset"], "spanglass.dataset_digest": run["DatasetDigest"]}
    started_ms = int(run["StartedAt"].timestamp() * 1000)
    made = client.create_run(experiment_id, start_time=started_ms, tags=tags, run_name=run["Name"])
    config = orjson.loads(run["Config"] or "{}")
    params = [Param(str(name), str(value)[:_PARAM_CHARS]) for name, value in config.items()]
    numbers = [Metric(m["Name"], m["Value"], int(m["At"].timestamp() * 1000), m["Step"]) for m in metrics]
    for start in range(0, len(params), 100):
        client.log_batch(made.info.run_id, params=params[start : start + 100])
    for start in range(0, len(numbers), 1000):
        client.log_batch(made.info.run_id, metrics=numbers[start : start + 1000])
    client.set_terminated(made.info.run_id, _BACK[run["Status"]])
    return str(made.info.run_id)


def _runs(client: MlflowClient, experiment_id: str) -> Iterator[Run]:
    token = None
    while True:
        page = client.search_runs([experiment_id], page_token=token)
        yield from page
        token = page.token
        if not token:
            return


def _run_record(run: Run) -> Record:
    info, tags = run.info, run.data.tags
    ours = {name: tags.get(f"spanglass.{name}", "") for name in _OUR_TAGS}
    return {
        **ours,
        "record": "training_run",
        "run_id": info.run_id,
        "parent_run_id": tags.get("mlflow.parentRunId", ""),
        "name": info.run_name or info.run_id,
        "status": _STATUS.get(info.status, "running"),
        "started_at": _moment(info.start_time),
        "ended_at": _moment(info.end_time) if info.end_time else None,
        "updated_at": _moment(info.end_time or info.start_time),
        "lineage_id": ours["lineage_id"] or _own_lineage(info.run_id),
        "config": orjson.dumps(run.data.params).decode(),
        "code_revision": tags.get("mlflow.source.git.commit", ""),
    }


def _numbers(run_id: str, history: list[Metric]) -> Iterator[Record]:
    for metric in history:
        yield {
            "record": "training_metric",
            "run_id": run_id,
            "name": metric.key,
            "step": max(0, metric.step),
            "at": _moment(metric.timestamp),
            "value": metric.value if abs(metric.value) < float("inf") else str(metric.value),
        }


def _versions(client: MlflowClient, run_id: str) -> list[ModelVersion]:
    try:
        return list(client.search_model_versions(f"run_id='{run_id}'"))
    except MlflowException:  # a tracking server without a registry
        return []


def _version_record(version: ModelVersion, run: Run) -> Record:
    record = {
        "record": "model_version",
        "model": version.name,
        "version": str(version.version),
        "lineage_id": run.data.tags.get("spanglass.lineage_id") or _own_lineage(run.info.run_id),
        "created_at": _moment(version.creation_timestamp),
        "uri": version.source or "",
        "run_id": run.info.run_id,
        "dataset_digest": run.data.tags.get("spanglass.dataset_digest", ""),
        "evaluation": {name: value for name, value in run.data.metrics.items() if abs(value) < float("inf")},
    }
    return {**record, "card": model_card(record, version.description or "")}


def _own_lineage(run_id: str) -> str:
    return lineage_id(run_id)


def _moment(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, timezone.utc).isoformat()
