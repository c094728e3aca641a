"""Lifecycle records through a running collector's HTTP port."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timezone
from typing import Any

import httpx
import pytest

from spanglass_collector.background import BackgroundCollector
from spanglass_collector.store import ClickHouseStore

NOW = datetime(2026, 5, 4, 3, 2, 1, tzinfo=timezone.utc).isoformat()


@pytest.fixture
def api(shared_collector: BackgroundCollector) -> httpx.Client:
    return httpx.Client(base_url=f"http://{shared_collector.endpoints.otlp_http}/api/v1")


def run_record(run_id: str, **changes: Any) -> dict[str, Any]:
    record = {"record": "training_run", "run_id": run_id, "name": "tuning", "status": "running", "lineage_id": "lin-1"}
    return {**record, "started_at": NOW, "updated_at": NOW, **changes}


def lines(*records: dict[str, Any]) -> bytes:
    return b"\n".join(json.dumps(record).encode() for record in records)


def test_a_run_and_its_numbers_are_stored(api: httpx.Client, shared_store: ClickHouseStore) -> None:
    """A run, a metric that is not a number and a checkpoint end in their tables."""
    run = uuid.uuid4().hex
    metric = {"record": "training_metric", "run_id": run, "name": "loss", "step": 3, "at": NOW, "value": "NaN"}
    checkpoint = {"record": "checkpoint", "run_id": run, "step": 3, "at": NOW, "uri": "out/c3", "digest": "ab" * 32}
    answer = api.post("/records", content=lines(run_record(run, packages={"torch": "2"}), metric, checkpoint))
    assert answer.json() == {"stored": 3}
    rows = shared_store.query(
        "SELECT r.Packages['torch'], isNaN(m.Value), c.Uri FROM training_runs r "
        "JOIN training_metrics m USING RunId JOIN checkpoints c USING RunId WHERE r.RunId = {run:String}",
        {"run": run},
    ).result_rows
    assert [tuple(row) for row in rows] == [("2", 1, "out/c3")]


def test_a_record_sent_again_is_one_row(api: httpx.Client, shared_store: ClickHouseStore) -> None:
    """The later state of a run replaces the earlier one; the same request twice changes nothing."""
    run = uuid.uuid4().hex
    later = NOW.replace("03:02:01", "03:12:01")
    for record in (
        run_record(run),
        run_record(run),
        run_record(run, status="finished", ended_at=later, updated_at=later),
    ):
        assert api.post("/records", content=lines(record)).status_code == 200
    query = "SELECT Status FROM training_runs FINAL WHERE RunId = {run:String}"
    assert [tuple(row) for row in shared_store.query(query, {"run": run}).result_rows] == [("finished",)]


@pytest.mark.parametrize(
    ("record", "told"),
    [
        ({"record": "training_rum"}, "line 1"),
        (run_record("r", statuss="x"), "line 1, training_run.statuss: Extra inputs are not permitted"),
        (run_record("r", started_at="2026-05-04T03:02:01"), "started_at: Input should have timezone info"),
        (run_record(""), "run_id: String should have at least 1 character"),
    ],
)
def test_a_bad_record_is_named(api: httpx.Client, record: dict[str, Any], told: str) -> None:
    """What is wrong is said with its line and field."""
    answer = api.post("/records", content=lines(record))
    assert answer.status_code == 400
    assert told in answer.json()["detail"]


def test_one_bad_record_stores_nothing_of_its_request(api: httpx.Client, shared_store: ClickHouseStore) -> None:
    """A request is stored whole or not at all."""
    run = uuid.uuid4().hex
    assert api.post("/records", content=lines(run_record(run)) + b"\n{").status_code == 400
    count = shared_store.query("SELECT count() FROM training_runs WHERE RunId = {run:String}", {"run": run})
    assert count.result_rows[0][0] == 0


def test_prompts_are_numbered_and_labelled(api: httpx.Client) -> None:
    """New content gets the next number, known content keeps its own, a label finds its version."""
    name = f"greeting-{uuid.uuid4().hex}"
    first = api.post(f"/prompts/{name}", json={"template": "Hello {name}"}).json()
    second = api.post(
        f"/prompts/{name}", json={"template": [{"role": "system", "content": "Be kind to {name}"}]}
    ).json()
    again = api.post(f"/prompts/{name}", json={"template": "Hello {name}"}).json()
    assert (first["version"], second["version"], again["version"]) == (1, 2, 1)
    assert api.put(f"/prompts/{name}/labels/production", json={"version": 1}).json()["labels"] == ["production"]
    assert api.get(f"/prompts/{name}", params={"label": "production"}).json()["template"] == "Hello {name}"
    assert api.get(f"/prompts/{name}").json()["version"] == 2


@pytest.mark.parametrize("query", ["?version=9", "?label=nightly"])
def test_a_prompt_that_is_not_there_is_404_and_says_what_is(api: httpx.Client, query: str) -> None:
    """The answer lists the versions and labels there are."""
    name = f"p-{uuid.uuid4().hex}"
    api.post(f"/prompts/{name}", json={"template": "x"})
    answer = api.get(f"/prompts/{name}{query}")
    assert answer.status_code == 404
    assert "versions 1 to 1, labels none" in answer.json()["detail"]


def test_projects_do_not_see_each_others_prompts(api: httpx.Client) -> None:
    """The same name in another project is another prompt."""
    name = f"p-{uuid.uuid4().hex}"
    api.post(f"/prompts/{name}", json={"template": "x"}, headers={"X-Spanglass-Project": "one"})
    assert api.get(f"/prompts/{name}", headers={"X-Spanglass-Project": "two"}).status_code == 404
