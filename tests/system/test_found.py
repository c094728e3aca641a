"""Commands find the collector of a data directory wherever it listens, without being told its ports."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from spanglass_app import presence
from spanglass_app.settings import load
from spanglass_collector.config import Address
from spanglass_collector.spool.owner import OwnerLock
from tests.system.processes import SpanglassProcess
from tests.system.test_cli import nowhere, spanglass, talks

EVALUATORS = "[evaluators.refusal]\nenabled = true\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("found")


@pytest.fixture(scope="module")
def collector(folder: Path) -> Iterator[SpanglassProcess]:
    """On ports of its own, with thirty calls stored, of which none is judged."""
    process = SpanglassProcess(folder / "data")
    process.start()
    assert (
        "30 stored"
        in spanglass("import", str(talks(folder / "talks.jsonl")), "--data-dir", "data", folder=folder).stdout
    )
    process.wait_until_stored()
    yield process
    process.kill()


def test_judging_finds_the_collector(collector: SpanglassProcess, folder: Path) -> None:
    """List, run, explain and backfill: the state is that of the running store."""
    (folder / "spanglass.toml").write_text(EVALUATORS)
    before = spanglass("eval", "list", "--data-dir", "data", folder=folder)
    assert (before.returncode, before.stderr) == (0, "")
    assert "not run yet" in before.stdout
    judged = spanglass("eval", "run", "--data-dir", "data", folder=folder)
    assert (judged.returncode, judged.stderr) == (0, "")
    after = spanglass("eval", "list", "--data-dir", "data", folder=folder)
    assert "not run yet" not in after.stdout
    assert collector.query("SELECT count() FROM scores WHERE Name = 'refusal' FORMAT TSV") == "30\n"
    trace = collector.query("SELECT any(TraceId) FROM spans FORMAT TSV").strip()
    told = spanglass("eval", "explain", trace, "--data-dir", "data", folder=folder)
    assert (told.returncode, told.stderr) == (0, "")
    assert "yes" in told.stdout
    again = spanglass("eval", "backfill", "--since", "all", "--rescore", "--data-dir", "data", folder=folder)
    assert (again.returncode, again.stderr) == (0, "")


@pytest.mark.parametrize("command", [("doctor",), ("cost", "--since", "all"), ("report", "--since", "all")])
def test_so_do_the_others(collector: SpanglassProcess, folder: Path, command: tuple[str, ...]) -> None:
    """The data directory may come from the environment, too."""
    done = spanglass(*command, folder=folder, SPANGLASS_DATA_DIR="data")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAIL" not in done.stdout


def test_ports_that_are_named_are_asked(collector: SpanglassProcess, folder: Path) -> None:
    """Only what nobody said is looked up."""
    done = spanglass("doctor", "--data-dir", "data", *nowhere()[:2], folder=folder)
    assert done.returncode == 1
    assert "FAIL  OTLP/HTTP: nothing is ready at http://127.0.0.1:" in done.stdout
    assert f"OTLP/gRPC: listens on 127.0.0.1:{collector.grpc_port}" in done.stdout


def test_a_second_collector_is_refused_as_before(collector: SpanglassProcess, folder: Path) -> None:
    """It does not take the ports of the first for its own, and the first is still found."""
    done = spanglass("collector", "--data-dir", "data", folder=folder)
    assert done.returncode == 1
    assert "another process uses data/spool: stop it, or choose another --data-dir" in done.stderr
    assert load(data_dir=folder / "data", environ={}).collector.sql == Address("127.0.0.1", collector.sql_port)


def test_who_stopped_is_not_found(tmp_path: Path) -> None:
    """After Ctrl-C nothing is left; after SIGKILL a file that no longer counts: commands open the data."""
    process = SpanglassProcess(tmp_path / "data")
    process.start()
    assert presence.find(tmp_path / "data") == presence.Presence(
        *(Address("127.0.0.1", port) for port in (process.http_port, process.grpc_port, process.sql_port))
    )
    process.interrupt()
    assert not (tmp_path / "data" / presence.FILE).exists()
    process.start()
    process.kill()
    assert (tmp_path / "data" / presence.FILE).exists()
    assert presence.find(tmp_path / "data") is None
    (tmp_path / "spanglass.toml").write_text(EVALUATORS)
    listed = spanglass("eval", "list", "--data-dir", "data", *nowhere()[:2], folder=tmp_path)
    assert (listed.returncode, listed.stderr) == (0, "")
    assert "not run yet" in listed.stdout


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "5", '{"otlp_http": "x"}', '{"otlp_http": 1, "otlp_grpc": 1, "sql": 1}', "ü"]
)
def test_a_file_that_says_nothing_is_no_collector(tmp_path: Path, text: str) -> None:
    """Commands go on with the defaults."""
    lock = OwnerLock(tmp_path / "spool")
    (tmp_path / "spool").mkdir()
    assert lock.acquire()
    (tmp_path / presence.FILE).write_text(text, encoding="utf-8")
    assert presence.find(tmp_path) is None
    good = {"otlp_http": "127.0.0.1:1", "otlp_grpc": "127.0.0.1:2", "sql": None}
    (tmp_path / presence.FILE).write_text(json.dumps(good))
    found = presence.find(tmp_path)
    assert found is not None
    assert found.sql is None
    lock.release()
    assert presence.find(tmp_path) is None
