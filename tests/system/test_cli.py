"""The commands as people type them, against real processes: what they print, and how they end."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from spanglass_dashboards import dashboards
from tests.system.processes import SpanglassProcess, free_ports

NOON = "2026-03-01T12:00:00Z"
OPTIONS = {
    ("up",): ["--data-dir", "--otlp-http", "--otlp-grpc", "--sql", "--store", "--config"],
    ("collector",): ["--data-dir", "--otlp-http", "--otlp-grpc", "--sql", "--store", "--config"],
    ("evaluators",): ["--once", "--store", "--config"],
    ("alerts", "run"): ["--store", "--config"],
    ("demo",): ["--keep", "--otlp-http", "--otlp-grpc", "--sql"],
    ("import",): ["files", "--project", "--service", "--otlp-http", "--store"],
    ("report",): ["--project", "--since", "--sql", "--store"],
    ("migrate",): ["--check", "--data-dir", "--store"],
    ("doctor",): ["--otlp-http", "--otlp-grpc", "--sql", "--store"],
    ("eval", "run"): ["--store", "--config", "--dataset"],
    ("eval", "backfill"): ["--since", "--until", "--rescore", "--retry-failed"],
    ("eval", "list"): ["--config", "--store"],
    ("eval", "explain"): ["--span", "--evaluator", "--store"],
    ("spool", "inspect"): ["--data-dir", "--limit"],
    ("spool", "replay"): ["--data-dir", "--store", "--timeout"],
    ("spool", "drop"): ["--data-dir", "--pending", "--yes"],
    ("dashboards", "export"): ["folder"],
}

Done = subprocess.CompletedProcess[str]


def spanglass(*arguments: str, folder: Path, **environment: str) -> Done:
    """Run a command in an empty folder; nothing a person does wrong may end in a traceback."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("SPANGLASS_")}
    done = subprocess.run(
        [sys.executable, "-m", "spanglass_app.command", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=folder,
        env={**inherited, **environment},
        check=False,
    )
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    return done


def nowhere() -> list[str]:
    """Options of a collector that does not run."""
    http, grpc, sql = (f"127.0.0.1:{port}" for port in free_ports(3))
    return ["--otlp-http", http, "--otlp-grpc", grpc, "--sql", sql]


def talks(path: Path, *extra: str) -> Path:
    lines = [
        json.dumps(
            {
                "time": NOON,
                "duration_s": 2,
                "model": "m[1]",
                "user": "ann",
                "messages": [{"role": "user", "content": f"{i}?"}],
                "response": "Yes.",
                "usage": {"prompt_tokens": 100, "completion_tokens": 10},
                "cost_usd": 0.5,
            }
        )
        for i in range(30)
    ]
    text = "\n".join([*lines, *extra]).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SpanglassProcess]:
    process = SpanglassProcess(tmp_path_factory.mktemp("cli") / "data")
    process.start()
    yield process
    process.kill()


def test_help_names_every_command(tmp_path: Path) -> None:
    """And says how to begin."""
    done = spanglass("--help", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Start with: spanglass demo" in done.stdout
    assert all(f"  {command[0]} " in done.stdout for command in OPTIONS)


@pytest.mark.parametrize("command", ["up", "eval list"])
def test_what_the_collector_alone_does_not_bring_is_named(tmp_path: Path, command: str) -> None:
    """With spanglass[collector] these ended in a traceback about jsonschema."""
    script = (
        f"import sys; sys.modules['jsonschema'] = None; sys.argv = ['spanglass', *{command.split()}];"
        "from spanglass_app.command import main; main()"
    )

    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
    assert "need jsonschema" in done.stderr
    assert 'pip install "spanglass[evaluators]"' in done.stderr


@pytest.mark.parametrize(("command", "options"), OPTIONS.items(), ids=" ".join)
def test_every_command_explains_its_options(tmp_path: Path, command: tuple[str, ...], options: list[str]) -> None:
    """Asking for help ends well."""
    done = spanglass(*command, "--help", folder=tmp_path, COLUMNS="120")
    assert (done.returncode, done.stderr) == (0, "")
    assert [option for option in options if option.lower() not in done.stdout.lower()] == []


def test_import_and_report_through_a_running_collector(collector: SpanglassProcess, tmp_path: Path) -> None:
    """What was imported is in the report, once, however often it is imported."""
    path = talks(tmp_path / "talks.jsonl.gz")
    first = collector.run("import", str(path))
    again = collector.run("import", str(path))
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout == f"{path}: 30 lines, 30 stored, 0 known already, 0 bad, 0 blank\n"
    assert again.stdout == f"{path}: 30 lines, 0 stored, 30 known already, 0 bad, 0 blank\n"
    report = collector.run("report", "--since", "all")
    rows = {cells[0]: cells for cells in map(str.split, report.stdout.splitlines()) if cells}
    assert rows["llm"] == ["llm", "m[1]", "30", "0", "2,000", "2,000", "3,000", "300", "15.0000", "0"]
    assert rows["ann"] == ["ann", "30", "3,000", "300", "15.0000"]


def test_import_and_report_without_a_running_collector(tmp_path: Path) -> None:
    """The command starts the embedded store for itself; the data is there afterwards."""
    options = ["--data-dir", "data", *nowhere()]
    path = talks(tmp_path / "talks[0].jsonl")
    done = spanglass("import", path.name, *options, folder=tmp_path)
    assert (done.returncode, done.stdout) == (
        0,
        "talks[0].jsonl: 30 lines, 30 stored, 0 known already, 0 bad, 0 blank\n",
    )
    without_grpc = ["--data-dir", "data", "--since", "all"]
    report = spanglass("report", *without_grpc, *options[2:4], folder=tmp_path)
    assert "m[1]" in report.stdout
    assert "15.0000" in report.stdout


def test_bad_lines_are_listed_and_the_exit_code_is_two(collector: SpanglassProcess, tmp_path: Path) -> None:
    """File, line and reason on stderr; the rest is stored."""
    path = talks(tmp_path / "mixed[x].jsonl", "{", "", '{"messages": [], "x": "[/]"}', *["[]"] * 30)
    done = collector.run("import", "--project", "mixed", str(path))
    assert done.returncode == 2
    assert done.stdout == f"{path}: 63 lines, 30 stored, 0 known already, 32 bad, 1 blank\n"
    told = done.stderr.splitlines()
    assert told[0].startswith(f"  {path}:31: not JSON: ")
    assert told[1] == f"  {path}:33: 'messages' must be a list with at least one message"
    assert told[2] == f"  {path}:34: expected a JSON object, found list"
    assert told[-1] == "  ... and 12 more"


def test_migrate_check_says_what_is_missing_until_it_is_there(tmp_path: Path) -> None:
    """Exit code 1 for a new store, 0 after migrating; migrating again changes nothing."""
    runs = [("--check",), (), ("--check",), ()]
    missing, applied, current, again = [
        spanglass("migrate", *options, "--data-dir", "data", folder=tmp_path) for options in runs
    ]
    assert missing.returncode == 1
    assert "missing: 0001_spans.sql\n" in missing.stdout
    assert (applied.returncode, "0001_spans.sql\n" in applied.stdout) == (0, True)
    assert (current.returncode, current.stdout) == (0, "the schema is current\n")
    assert (again.returncode, again.stdout) == (0, "the schema was current\n")


def test_the_doctor_finds_a_running_collector_well(collector: SpanglassProcess) -> None:
    """Exit code 0."""
    done = collector.run("doctor", "--otlp-grpc", f"127.0.0.1:{collector.grpc_port}")
    assert done.returncode == 0, done.stdout
    assert f"ready at {collector.endpoint}" in done.stdout
    assert "FAIL" not in done.stdout


def test_the_doctor_says_how_to_start_an_absent_collector(tmp_path: Path) -> None:
    """Exit code 1, and looking leaves nothing behind."""
    done = spanglass("doctor", *nowhere(), folder=tmp_path)
    assert done.returncode == 1
    assert "FAIL  OTLP/HTTP: nothing is ready at http://127.0.0.1:" in done.stdout
    assert "start it with 'spanglass up'" in done.stdout
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", ["up", "collector", "demo"])
def test_nobody_listens_to_the_world_without_a_key(tmp_path: Path, command: str) -> None:
    """Refused before anything is opened; the message names the ways out."""
    done = spanglass(command, *nowhere(), "--otlp-http", "0.0.0.0:4318", folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr == (
        "error: 0.0.0.0:4318 can be reached from other machines, and no API key is set: "
        "make one with 'spanglass keys create', set SPANGLASS_API_KEY, or listen on 127.0.0.1\n"
    )


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["report", "--store", "mysql://host/db"], "'mysql://host/db' is no store URL: use chdb:///path/to/data"),
        (["report", "--store", "clickhouse://127.0.0.1:9/x"], "Connection refused"),
        (["report", "--store", "chdb:///no/such/folder"], "no store under chdb:///no/such/folder: start one with"),
        (["report"], "no store under spanglass-data: start one with 'spanglass up', or name it with --data-dir"),
        (["report", "--since", "soon"], "'soon' is no time: use 15m, 2h, 7d, 'all' or 2026-01-31T12:00"),
        (["collector", "--sql", "8123"], "'8123' is no address: use HOST:PORT"),
        (["collector", "--config", "gone.toml"], "gone.toml does not exist"),
        (["import", "talks.jsonl", "--project", "größe"], "must be 1 to 64 letters"),
        (["eval", "list", "--config", "odd.toml"], "[evaluators.nothing]"),
        (["evaluators", "--once", "--store", "clickhouse://127.0.0.1:9/x"], "Connection refused"),
        (["alerts", "run", "--config", "rules.toml", "--store", "clickhouse://127.0.0.1:9/x"], "alert rule 'r'"),
    ],
)
def test_mistakes_are_explained_in_words(tmp_path: Path, arguments: list[str], reason: str) -> None:
    """Exit code 1, the reason and what would be right, never a traceback."""
    talks(tmp_path / "talks.jsonl")
    (tmp_path / "odd.toml").write_text('[evaluators.nothing]\nload = "[evaluators.nothing]:x"\n')
    (tmp_path / "rules.toml").write_text('[[alerts.rules]]\nname = "r"\nmetric = "[/]"\nthreshold = 1\n')
    options = nowhere()[:2] if arguments[0] in ("report", "import", "collector") else []
    done = spanglass(*arguments, *options, folder=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stderr.splitlines()[-1].startswith("error: ")
    assert reason in done.stderr


def test_a_file_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    """As is an option that no command has."""
    assert "'nofile' does not exist" in spanglass("import", "nofile", folder=tmp_path).stderr
    assert spanglass("report", "--nothing", folder=tmp_path).returncode == 2


def test_a_key_is_asked_for_but_not_of_who_owns_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Senders need it; a command that can read the data directory has the owner's key."""
    monkeypatch.setenv("SPANGLASS_API_KEY", "secret-key")
    process = SpanglassProcess(tmp_path / "data")
    process.start()
    try:
        path = talks(tmp_path / "talks.jsonl")
        headers = {"content-type": "application/x-protobuf"}
        assert httpx.post(f"{process.endpoint}/v1/traces", content=b"", headers=headers).status_code == 401
        monkeypatch.delenv("SPANGLASS_API_KEY")
        assert "30 stored" in process.run("import", str(path)).stdout
    finally:
        process.kill()


def test_dashboards_are_exported_as_json(tmp_path: Path) -> None:
    """Files that Grafana imports."""
    done = spanglass("dashboards", "export", "out", folder=tmp_path)
    assert done.stdout.splitlines() == [f"out/{name}" for name in dashboards()]
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(dashboards())
    assert json.loads((tmp_path / "out" / "overview.json").read_text())["panels"]
