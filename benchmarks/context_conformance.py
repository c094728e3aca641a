"""Does a tracer keep its context? Runs the scenarios against every tracer and prints a table.

    python benchmarks/context_conformance.py [--peers DIR] [--only NAME]

Each tracer runs in a process of its own; peers in environments under DIR (`DIR/langfuse/bin/python`), which are made
with pip where they are missing. Nothing leaves this machine but the installation.
"""

from __future__ import annotations

import argparse
import contextlib
import contextvars
import importlib.metadata
import json
import logging
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from context_conformance_scenarios import SCENARIOS, Expected, Scenario
from context_conformance_tracers import TRACERS, Seen

SCENARIO_LIMIT_S = 20


class Complaints(logging.Handler):
    """Errors that a tracer logs, such as a context that could not be detached."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if "detach" in record.getMessage():
            self.messages.append(record.getMessage()[:80])


def check(scenario: Scenario, trace: Any, spans: Any) -> list[str]:
    """What is wrong, one line each; nothing when the tracer passes."""
    before, logged = len(spans()), Complaints()
    logging.getLogger().addHandler(logged)
    try:
        with _limit(SCENARIO_LIMIT_S):
            expected = contextvars.Context().run(scenario.run, trace)
    except BaseException as error:  # noqa: BLE001 - a tracer that breaks the scenario is the finding
        return [f"{type(error).__name__}: {str(error)[:100]}"]
    finally:
        logging.getLogger().removeHandler(logged)
    return [*expected.complaints, *logged.messages, *compare(expected, spans()[before:])]


def compare(expected: Expected, seen: list[Seen]) -> Iterator[str]:
    """The spans that are missing, below the wrong parent, or not marked as errors."""
    names = {span.id: span.name for span in seen}
    for name, parent in expected.parents.items():
        found = [span for span in seen if span.name == name]
        if not found:
            yield f"no span {name}"
        for span in found:
            actual = None if span.parent is None else names.get(span.parent, span.parent)
            if actual != parent:
                yield f"{name} below {actual}, not {parent}"
            if name in expected.errors and not span.is_error:
                yield f"{name} is no error"


@contextlib.contextmanager
def _limit(seconds: int) -> Iterator[None]:
    def too_long(*_: object) -> None:
        raise TimeoutError(f"longer than {seconds} s")

    signal.signal(signal.SIGALRM, too_long)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def run_here(tracer: str) -> dict[str, Any]:
    package, start = TRACERS[tracer]
    trace, spans = start()
    found = {scenario.name: sorted(set(check(scenario, trace, spans))) for scenario in SCENARIOS}
    return {"version": importlib.metadata.version(package), "found": found}


def run_apart(tracer: str, python: str) -> dict[str, Any]:
    with tempfile.NamedTemporaryFile("r", suffix=".json") as out:
        command = [python, __file__, "--here", tracer, "--out", out.name]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
        text = out.read()
    return json.loads(text) if text else {"version": "did not run", "found": {}, "why": done.stderr[-800:]}


def environment(tracer: str, peers: Path) -> str:
    """The interpreter of a peer's own environment, made when it is not there."""
    if tracer == "spanglass":
        return sys.executable
    python = peers / tracer / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(peers / tracer)], check=True)
        packages = [TRACERS[tracer][0], "starlette", "httpx"]
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *packages], check=True)
    return str(python)


def table(results: dict[str, dict[str, Any]]) -> str:
    """Markdown: a row a scenario, a column a tracer."""
    ran = {tracer: result for tracer, result in results.items() if result["found"]}
    lines = ["| scenario | " + " | ".join(f"{tracer} {result['version']}" for tracer, result in ran.items()) + " |"]
    lines.append("|---|" + "---|" * len(ran))
    for scenario in SCENARIOS:
        cells = ["yes" if not result["found"][scenario.name] else "**no**" for result in ran.values()]
        lines.append(f"| {scenario.name} | " + " | ".join(cells) + " |")
    right = [sum(not wrong for wrong in result["found"].values()) for result in ran.values()]
    lines.append(f"| **right of {len(SCENARIOS)}** | " + " | ".join(f"**{count}**" for count in right) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, default=Path(tempfile.gettempdir()) / "spanglass-peers")
    parser.add_argument("--only", choices=sorted(TRACERS), nargs="*", default=list(TRACERS))
    parser.add_argument("--here", help=argparse.SUPPRESS)
    parser.add_argument("--out", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.here:
        Path(arguments.out).write_text(json.dumps(run_here(arguments.here)))
        return
    results = {tracer: run_apart(tracer, environment(tracer, arguments.peers)) for tracer in arguments.only}
    print(table(results))
    for tracer, result in results.items():
        for name, wrong in result["found"].items():
            for complaint in wrong:
                print(f"{tracer}: {name}: {complaint}")
        if not result["found"]:
            print(f"{tracer} did not run: {result.get('why', '')}")


if __name__ == "__main__":
    main()
