"""The dashboards over real answers of real models (AlpacaEval), imported as a person would import them."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from spanglass_collector.background import BackgroundCollector
from spanglass_collector.store import ClickHouseStore
from spanglass_dashboards import first_sight
from spanglass_dashboards.macros import TimeRange
from tests.app.conversation_files import Project, write
from tests.dashboards.conftest import COMMITTED, REPOSITORY

DATA = REPOSITORY.parent / "shared" / "data" / "alpaca_eval"
START = datetime(2024, 3, 1, tzinfo=timezone.utc)
RANGE = TimeRange(START, START + timedelta(hours=6), interval_s=300)
ANSWERS, EVERY = 300, 6


@pytest.fixture(scope="module")
def answers() -> list[dict[str, Any]]:
    if not DATA.exists():
        pytest.skip("needs the shared data sets")
    asked = {row["id"]: row["instruction"] for row in _rows(DATA / "prompts_and_gpt4_1106_baseline.jsonl.gz")}
    return [
        {
            "messages": [{"role": "user", "content": asked[row["id"]]}],
            "response": row["output"],
            "model": row["model"],
            "time": (START + timedelta(seconds=72 * i)).isoformat(),
            "user": f"u{i % 9}",
            "usage": {"input_tokens": len(asked[row["id"]]) // 4, "output_tokens": len(row["output"]) // 4},
        }
        for i, row in enumerate(islice(_rows(DATA / "model_outputs.jsonl.gz"), 0, ANSWERS * EVERY, EVERY))
    ]


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def test_imported_answers_fill_what_traffic_alone_can_fill(
    answers: list[dict[str, Any]], shared_collector: BackgroundCollector, shared_store: ClickHouseStore, tmp_path: Path
) -> None:
    """Every statement runs; traffic, money and search show these calls; no judgement is made up."""
    project = Project(shared_collector, shared_store)
    assert project.take(write(tmp_path / "answers.jsonl", answers)).stored == ANSWERS
    rows: dict[tuple[str, str], list[Any]] = {}
    for name, dashboard in COMMITTED.items():
        values = first_sight.choices(dashboard, shared_store, RANGE, {"project": project.name})
        for asked in first_sight.questions(dashboard, RANGE, values):
            rows[name, asked.title] = list(shared_store.query(asked.sql).result_rows)
    assert rows["overview", "Model calls"] == [(ANSWERS,)]
    assert rows["overview", "Error rate"] == [(0,)]
    models = {row[0]: row[1] for row in rows["overview", "Models by cost"]}
    assert models == Counter(answer["model"] for answer in answers)
    assert len(rows["cost", "Users"]) == 9
    assert len(rows["traces", "Traces"]) == 100
    assert rows["quality", "Scores by evaluator"] == rows["safety", "Users"] == rows["drift", "Comparisons"] == []
