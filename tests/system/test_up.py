"""`spanglass up`: traffic in, judgements and a page out, a clean stop, and companions that are kept alive."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import orjson
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from spanglass_collector.alerts.testing import PagerDutyReceiver
from tests.otlp_samples import make_request, make_span
from tests.system.processes import SpanglassProcess

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes in /proc")

SETTINGS = """
[evaluation]
interval_s = 0.5

[alerts]
interval_s = 0.5
default_rules = false

[[alerts.rules]]
name = "errors"
title = "The shop cannot answer"
metric = "error_rate"
op = ">"
threshold = 0.1
severity = "critical"

[alerts.channels.on-call]
kind = "pagerduty"
routing_key_env = "SPANGLASS_TEST_ROUTING_KEY"
url = "{url}"
"""
DEADLINE_S = 90


@pytest.fixture
def pagerduty() -> Iterator[PagerDutyReceiver]:
    with PagerDutyReceiver() as receiver:
        yield receiver


@pytest.fixture
def up(tmp_path: Path, pagerduty: PagerDutyReceiver, monkeypatch: pytest.MonkeyPatch) -> Iterator[SpanglassProcess]:
    """Everything, in processes of its own."""
    monkeypatch.setenv("SPANGLASS_TEST_ROUTING_KEY", "0123456789abcdef0123456789abcdef")
    config = tmp_path / "spanglass.toml"
    config.write_text(SETTINGS.replace("{url}", pagerduty.url))
    process = SpanglassProcess(tmp_path / "data", "up", "--config", str(config))
    process.start()
    yield process
    process.kill()


def children(pid: int) -> dict[str, int]:
    """The process ids of the companions, by what they do."""
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or not is_alive(int(folder.name)):
            continue
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:  # ended while we looked
            continue
        if parent == pid and b"spanglass_app.command" in words:
            found[words[words.index(b"spanglass_app.command") + 1].decode()] = int(folder.name)
    return found


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(holds: Callable[[], bool], process: SpanglassProcess) -> None:
    """Fails with the process's own words."""
    deadline = time.monotonic() + DEADLINE_S
    while not holds():
        assert time.monotonic() < deadline, process.log.read_text()
        time.sleep(0.1)


def send(process: SpanglassProcess, *, is_error: bool = False) -> str:
    """One model call of this moment; returns its span id."""
    said = [{"role": "assistant", "parts": [{"type": "text", "content": "It is Jane Austen."}]}]
    now_ns = time.time_ns()
    span = make_span(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "gpt-4o-mini",
            "gen_ai.output.messages": orjson.dumps(said).decode(),
            "spanglass.metadata.reference": "Jane Austen",
        },
        start_time_unix_nano=now_ns,
        end_time_unix_nano=now_ns + 1_000_000,
        status=Status(code=Status.STATUS_CODE_ERROR if is_error else Status.STATUS_CODE_OK),
    )
    answer = httpx.post(
        f"{process.endpoint}/v1/traces",
        content=make_request([span]).SerializeToString(),
        headers={"Content-Type": "application/x-protobuf"},
    )
    assert answer.status_code == 200
    return span.span_id.hex()


def judged(process: SpanglassProcess, span_id: str) -> set[str]:
    return set(process.query(f"SELECT Name FROM scores WHERE SpanId = '{span_id}' AND Error = ''").split())


def test_traffic_is_judged_and_paged_and_ctrl_c_loses_nothing(
    up: SpanglassProcess, pagerduty: PagerDutyReceiver
) -> None:
    """Scores appear, the page arrives once, Ctrl-C ends every process, and all is there at the next start."""
    span_id = send(up, is_error=True)
    wait_until(lambda: {"reference_match", "refusal", "toxicity"} <= judged(up, span_id), up)
    (page,) = pagerduty.wait_for(1, DEADLINE_S)
    assert page["payload"]["severity"] == "critical"
    assert page["payload"]["summary"].startswith("The shop cannot answer")
    companions = children(up.process.pid)
    assert set(companions) == {"evaluators", "alerts"}
    assert up.interrupt() == 0
    assert not [pid for pid in companions.values() if is_alive(pid)]
    assert "stopped; everything acknowledged is stored" in up.log.read_text()
    assert "Traceback" not in up.log.read_text()
    up.start()
    assert up.query("SELECT count() FROM spans") == "1\n"
    assert judged(up, span_id) >= {"reference_match", "refusal", "toxicity"}
    wait_until(lambda: set(children(up.process.pid)) == {"evaluators", "alerts"}, up)
    later = send(up)
    wait_until(lambda: "refusal" in judged(up, later), up)
    assert len(pagerduty.events) == 1


def test_an_evaluator_process_that_is_killed_is_started_again(up: SpanglassProcess) -> None:
    """And judges what came meanwhile; the collector goes on."""
    wait_until(lambda: "evaluators" in children(up.process.pid), up)
    killed = children(up.process.pid)["evaluators"]
    os.kill(killed, signal.SIGKILL)
    span_id = send(up)
    wait_until(lambda: "refusal" in judged(up, span_id), up)
    assert children(up.process.pid)["evaluators"] != killed
    assert "evaluators ended with exit code -9; starting again in 2 s" in up.log.read_text()


def test_companions_do_not_outlive_a_killed_parent(up: SpanglassProcess) -> None:
    """SIGKILL leaves no time for goodbyes; they look after their parent themselves."""
    wait_until(lambda: set(children(up.process.pid)) == {"evaluators", "alerts"}, up)
    companions = children(up.process.pid)
    up.kill()
    wait_until(lambda: not any(is_alive(pid) for pid in companions.values()), up)


def test_wrong_rules_stop_it_at_the_start(tmp_path: Path) -> None:
    """A child that fails again and again would hide what is wrong; the message says it once, and how to mend it."""
    config = tmp_path / "spanglass.toml"
    config.write_text('[[alerts.rules]]\nname = "x"\nmetric = "no_such_metric"\nop = ">"\nthreshold = 1\n')
    process = SpanglassProcess(tmp_path / "data", "up", "--config", str(config))
    with pytest.raises(AssertionError, match="no_such_metric"):
        process.start()
