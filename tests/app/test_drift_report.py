"""`spanglass drift report`, as a person calls it: any two windows of what is stored, in a page and a table."""

from __future__ import annotations

import importlib
import os
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from spanglass_app.cli import app
from spanglass_collector.background import BackgroundCollector
from spanglass_collector.store import ClickHouseStore

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


@pytest.fixture
def project(shared_store: ClickHouseStore) -> str:
    """A project whose answers took 1 s in the morning and 3 s in the afternoon."""
    name = uuid.uuid4().hex
    columns = ["Project", "Timestamp", "ReceivedAt", "TraceId", "SpanId", "Kind", "Duration", "ResponseModel"]
    rows = []
    for number in range(120):
        at = NOON + timedelta(minutes=number - 60)
        duration = (10**9 if number < 60 else 3 * 10**9) + number * 1000
        rows.append([name, at, at, uuid.uuid4().hex, f"{number:016x}", "llm", duration, "m"])
    shared_store.insert("spans", rows, columns)
    return name


def run(collector: BackgroundCollector, project: str, *arguments: str) -> Result:
    where = ["--store", collector.endpoints.store_url, "--project", project]
    windows = ["--reference", "2026-03-01T11:00..2026-03-01T12:00", "--current", "2026-03-01T12:00..2026-03-01T13:00"]
    return CliRunner().invoke(app, ["drift", "report", *windows, *where, *arguments])


def test_two_windows_become_a_page_and_a_table(
    shared_collector: BackgroundCollector, project: str, tmp_path: Path
) -> None:
    """The table has our verdicts, the page evidently's pictures; what has no values is named."""
    if not os.environ.get("CI"):
        pytest.importorskip("evidently", reason="pip install 'spanglass[reports]'")
    importlib.import_module("evidently")
    page = tmp_path / "drift.html"

    result = run(shared_collector, project, "--out", str(page))

    assert result.exit_code == 0, result.output
    lines = {line.split()[0]: line for line in result.output.splitlines() if line.strip()}
    assert "DRIFT" in lines["Duration"]
    assert "60 -> 60" in lines["Duration"]
    assert "same" in lines["ResponseModel"]
    assert "too few" in lines["CostUsd"]
    assert "not on the page: CostUsd (0 -> 0 values)" in result.output
    assert "Duration" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--current", "0s..1d"], "ends before it begins"),
        (["--feature", "output_text.mood"], "no aspect 'mood'"),
        (["--where", "Nope = 1"], "Nope"),
        (["--preset", "magic"], "no preset 'magic': use drift, summary"),
    ],
)
def test_what_is_wrong_is_told(
    shared_collector: BackgroundCollector, project: str, arguments: list[str], message: str
) -> None:
    """In one line, with exit code 1."""
    if "--preset" in arguments and not os.environ.get("CI"):
        pytest.importorskip("evidently", reason="pip install 'spanglass[reports]'")

    result = run(shared_collector, project, *arguments)

    assert result.exit_code == 1
    assert message in result.output
