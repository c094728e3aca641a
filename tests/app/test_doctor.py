"""The doctor looks at every part and says what to do about what is wrong."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from spanglass_app.doctor import Finding, examine
from spanglass_app.settings import Settings
from spanglass_collector.background import BackgroundCollector
from spanglass_collector.config import Address, CollectorConfig
from tests.app.conversation_files import Project, conversation, write
from tests.system.processes import free_ports


@pytest.fixture
def running(shared_collector: BackgroundCollector) -> Settings:
    ends = shared_collector.endpoints
    return Settings(CollectorConfig(otlp_http=ends.otlp_http, otlp_grpc=ends.otlp_grpc, store=ends.store_url), {})


def by_subject(settings: Settings) -> dict[str, Finding]:
    return {finding.subject: finding for finding in examine(settings)}


def test_a_running_collector_is_well(running: Settings) -> None:
    """Every part is looked at, in the order of the data path."""
    findings = examine(running)
    subjects = [
        "OTLP/HTTP",
        "OTLP/gRPC",
        "disk",
        "ledger",
        "spool",
        "store",
        "spans",
        "scores",
        "loss ledger",
        "prices",
    ]
    assert [finding.subject for finding in findings] == subjects
    assert "fail" not in {finding.level for finding in findings}


def test_the_ledger_and_the_store_count_what_was_sent(running: Settings, project: Project, tmp_path: Path) -> None:
    """Received is stored, nothing is unaccounted for."""
    project.take(write(tmp_path / "f", [conversation()]))
    found = by_subject(running)
    assert found["ledger"].level == "ok"
    assert " received = " in found["ledger"].text
    assert " stored, the newest received " in found["spans"].text


def test_models_without_price_are_named(running: Settings, project: Project, tmp_path: Path) -> None:
    """Their cost is unknown, which nobody should find out from an empty column."""
    line = conversation(model="in-house-7b", provider="us", usage={"prompt_tokens": 5}, time=time.time())
    project.take(write(tmp_path / "f", [line]))
    prices = by_subject(running)["prices"]
    assert prices.level == "warn"
    assert prices.text.startswith("no price is known for: ")


def test_an_absent_collector_is_told_how_to_start(tmp_path: Path) -> None:
    """The other parts are looked at all the same."""
    http, grpc = (Address("127.0.0.1", port) for port in free_ports(2))
    found = by_subject(Settings(CollectorConfig(data_dir=tmp_path / "none", otlp_http=http, otlp_grpc=grpc), {}))
    assert found["OTLP/HTTP"].text == f"nothing is ready at http://{http}: start it with 'spanglass up'"
    assert found["OTLP/gRPC"].text == f"nothing listens on {grpc}"
    assert "start one with 'spanglass up'" in found["store"].text
    assert {found[name].level for name in ("OTLP/HTTP", "OTLP/gRPC", "store")} == {"fail"}
    assert not (tmp_path / "none").exists()


def test_a_store_that_is_away_fails_with_one_line(running: Settings) -> None:
    """And the receivers are still well."""
    away = f"clickhouse://127.0.0.1:{free_ports(1)[0]}/x"
    found = by_subject(Settings(replace(running.collector, store=away), {}))
    assert (found["OTLP/HTTP"].level, found["store"].level) == ("ok", "fail")
    assert "\n" not in found["store"].text


def test_a_port_of_another_program_is_not_taken_for_ours(shared_collector: BackgroundCollector, tmp_path: Path) -> None:
    """The SQL port answers HTTP, too, but is no receiver."""
    assert shared_collector.endpoints.sql
    address = shared_collector.endpoints.sql
    assert httpx.get(f"http://{address}/ping").status_code == 200
    found = by_subject(Settings(CollectorConfig(data_dir=tmp_path / "none", otlp_http=address), {}))
    assert found["OTLP/HTTP"].level == "fail"
