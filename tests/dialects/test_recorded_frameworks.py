"""Model calls of agent frameworks, recorded with the attributes they had: models, usage and messages end in columns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.dialects.conftest import RowsOf
from tests.instrumentation.cassettes import data_dir
from tests.otlp_samples import make_span

FOLDER = data_dir() / "langfuse_framework_traces"
SPEAKING = ("input.value", "events", "gcp.vertex.agent.llm_request", "llm.input_messages.0.message.role")


def _generations() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """(framework, observation, attributes) of every model call whose attributes were kept."""
    for file in sorted(FOLDER.glob("*.json")):
        for observation in json.loads(file.read_text(encoding="utf-8"))["observations"]:
            metadata = observation.get("metadata") or {}
            metadata = json.loads(metadata) if isinstance(metadata, str) else metadata
            attributes = metadata.get("attributes") or {}
            if observation["type"] == "GENERATION" and attributes:
                yield file.name.partition("-2")[0], observation, attributes


def test_recorded_frameworks_mean_the_same(rows_of: RowsOf) -> None:
    """Usage as another reader of the same attributes saw it, models, and every call's messages."""
    if not FOLDER.is_dir():
        pytest.skip(f"no recorded traces in {FOLDER}; set SPANGLASS_TEST_DATA")
    generations = list(_generations())
    rows = rows_of([make_span({k: _sendable(v) for k, v in sent.items()}) for _, _, sent in generations])
    assert len({framework for framework, _, _ in generations}) >= 6
    for (framework, observation, sent), row in zip(generations, rows, strict=True):
        said = observation["usageDetails"]
        assert observation["model"] in (row["RequestModel"], row["ResponseModel"]), framework
        assert row["Kind"] == "llm", framework
        if any("input_tokens" in key or "token_count.prompt" in key for key in sent):
            assert (row["InputTokens"], row["OutputTokens"]) == (said["input"], said["output"]), framework
        if any(key in sent for key in SPEAKING):
            assert row["InputMessages"] or row["Input"], framework
            for message in json.loads(row["InputMessages"] or "[]"):
                assert message["parts"], framework


def _sendable(value: Any) -> Any:
    """Attributes were kept as JSON: an object in one was a JSON text on the span."""
    return json.dumps(value) if isinstance(value, dict) else value
