"""docs/deploy/backup-restore.md, done: with real processes over the embedded store."""

from __future__ import annotations

import subprocess
from pathlib import Path

import httpx
import pytest

from spanglass_collector.owner import OWNER_KEY_FILE
from spanglass_collector.query.http import OWNER
from tests.otlp_samples import make_request, make_span
from tests.system.processes import SpanglassProcess

SPANS = 50
COUNT = "SELECT count() FROM spanglass.spans FORMAT TSV"
MINUTES = "SELECT sum(Calls) FROM spanglass.usage_1m FORMAT TSV"


@pytest.fixture
def filled(tmp_path: Path) -> SpanglassProcess:
    """A running store with spans in it."""
    process = SpanglassProcess(tmp_path / "data")
    process.start()
    body = make_request([make_span() for _ in range(SPANS)]).SerializeToString()
    answer = httpx.post(
        f"{process.endpoint}/v1/traces", content=body, headers={"content-type": "application/x-protobuf"}
    )
    assert answer.status_code == 200
    return process


def test_a_stopped_folder_comes_back_elsewhere(filled: SpanglassProcess, tmp_path: Path) -> None:
    """tar out, tar in under another path: the same spans, and the same owner's key."""
    filled.interrupt()
    archive, restored = tmp_path / "spanglass.tar.gz", tmp_path / "restored"
    restored.mkdir()
    _run("tar", "--create", "--gzip", "--file", archive, "--directory", filled.data_dir, ".")
    _run("tar", "--extract", "--gzip", "--file", archive, "--directory", restored)
    again = SpanglassProcess(restored)
    again.start()
    assert again.query(COUNT).strip() == str(SPANS)
    assert (restored / OWNER_KEY_FILE).read_text() == (filled.data_dir / OWNER_KEY_FILE).read_text()
    again.interrupt()


def test_a_table_moves_while_both_run(filled: SpanglassProcess, tmp_path: Path) -> None:
    """Native out of one endpoint and into another, as its owner; the rollup fills itself."""
    rows = _as_owner(filled, "SELECT * FROM spanglass.spans FORMAT Native")
    other = SpanglassProcess(tmp_path / "other")
    other.start()
    _as_owner(other, "INSERT INTO spanglass.spans FORMAT Native", rows)
    assert (other.query(COUNT).strip(), other.query(MINUTES).strip()) == (str(SPANS), str(SPANS))
    other.interrupt()
    filled.interrupt()


def _as_owner(process: SpanglassProcess, sql: str, data: bytes | None = None) -> bytes:
    key = (process.data_dir / OWNER_KEY_FILE).read_text().strip()
    where = f"http://127.0.0.1:{process.sql_port}/"
    asked = {"params": {"query": sql}, "content": data} if data is not None else {"content": sql.encode()}
    answer = httpx.post(where, auth=(OWNER, key), timeout=60, **asked)
    assert answer.status_code == 200, answer.text
    return answer.content


def _run(*words: object) -> None:
    subprocess.run([str(word) for word in words], check=True, capture_output=True)
