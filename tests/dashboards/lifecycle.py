"""A data set, two training runs, two versions and a deployment."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

Rows = list[dict[str, Any]]
STEPS = 20


def tables(project: str, start: datetime, end: datetime) -> dict[str, Rows]:
    """Rows by table. The first run fails at half of its steps; the second becomes version 2."""
    return {
        "datasets": [_dataset(project, start)],
        "training_runs": [_run(project, i, start, end) for i in range(2)],
        "training_metrics": [_metric(project, i, start, step) for i in range(2) for step in range(STEPS // (2 - i))],
        "checkpoints": [_checkpoint(project, start, step) for step in (10, 20)],
        "model_versions": [_version(project, start, number) for number in ("1", "2")],
        "model_stages": [_stage(project, start, number) for number in ("1", "2")],
        "deployments": [_deployment(project, start + (end - start) / 2)],
    }


def _dataset(project: str, at: datetime) -> dict[str, Any]:
    return {
        "Project": project, "Dataset": "orders", "Version": "abcdef012345", "Digest": "abcdef0123456789",
        "LineageId": "l1", "CreatedAt": at, "Source": "traces", "Selection": "Kind = 'llm'", "Items": 300,
        "Splits": {"train": 270, "test": 30},
    }  # fmt: skip


def _run(project: str, i: int, start: datetime, end: datetime) -> dict[str, Any]:
    began = start + timedelta(hours=i)
    return {
        "Project": project, "RunId": f"run-{i}", "Name": ("first try", "longer")[i],
        "Status": ("failed", "finished")[i], "Error": ("out of memory", "")[i], "StartedAt": began,
        "EndedAt": began + timedelta(minutes=40), "UpdatedAt": end, "LineageId": "l1", "Dataset": "orders",
        "DatasetDigest": "abcdef0123456789", "BaseModel": "larkspur-7b", "CodeRevision": "0a1b2c3", "WorldSize": 2,
    }  # fmt: skip


def _metric(project: str, i: int, start: datetime, step: int) -> dict[str, Any]:
    at = start + timedelta(hours=i, minutes=2 * step)
    return {"Project": project, "RunId": f"run-{i}", "Name": "loss", "Step": step, "At": at, "Value": 2 / (1 + step)}


def _checkpoint(project: str, start: datetime, step: int) -> dict[str, Any]:
    at = start + timedelta(hours=1, minutes=2 * step)
    return {
        "Project": project, "RunId": "run-1", "Step": step, "At": at, "Uri": f"file:///models/{step}",
        "Digest": "feed" * 16, "SizeBytes": 123_456_789,
    }  # fmt: skip


def _version(project: str, at: datetime, number: str) -> dict[str, Any]:
    return {
        "Project": project, "Model": "larkspur", "Version": number, "LineageId": "l1",
        "CreatedAt": at + timedelta(minutes=int(number)), "BaseModel": "larkspur-7b", "RunId": "run-1",
        "SizeBytes": 123_456_789, "Evaluation": {"accuracy": 0.8 + int(number) / 100},
    }  # fmt: skip


def _stage(project: str, at: datetime, number: str) -> dict[str, Any]:
    moment = at + timedelta(minutes=int(number))
    return {"Project": project, "Model": "larkspur", "Version": number, "Stage": "production", "At": moment}


def _deployment(project: str, at: datetime) -> dict[str, Any]:
    return {
        "Project": project, "DeploymentId": "d1", "DeployedAt": at, "Environment": "production", "Service": "web",
        "Release": "2026.3", "ModelVersion": "larkspur@2", "PromptVersions": {"answer": "2"}, "Who": "ann",
        "Why": "fewer mistakes",
    }  # fmt: skip
