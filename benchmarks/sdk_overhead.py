"""What `@trace` costs the application, beside plain OpenTelemetry and other SDKs, in one run.

The baseline is opentelemetry-sdk as most applications write it: one span, two `json.dumps` attributes (a 2 kB
chat input and a 2 kB answer), BatchSpanProcessor, OTLP/HTTP. Every side runs in processes of its own, with its
defaults, and exports to the same local HTTP sink in a third process. Each round runs all sides, so a slow moment of
the machine hits all; figures are medians of rounds, and what counts is the ratio to the baseline.

    python benchmarks/sdk_overhead.py [--rounds 3] [--calls 3000] [--peers all|traceloop,langfuse,...] [--venvs DIR]

`--peers` builds an environment for each under `--venvs` (kept between runs), with uv when it is there, else with pip;
a peer that cannot be installed or started is left out, and said.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from sdk_overhead_sides import SIDES, Call

PAUSE_S = 0.5  # between bursts, so that the exporter of the burst before does not run into the next
BASELINE = "opentelemetry"


def measure(side: str, calls: int) -> dict[str, float]:
    """Runs in a process of its own; microseconds per call, CPU seconds per 10,000 calls, calls/s of 4
    threads."""
    began = time.perf_counter()
    functions, flush = SIDES[side].start()
    found = {"import + init, ms": (time.perf_counter() - began) * 1e3}
    for name, function in functions.items():
        function()
        found[f"{name}, us"] = per_call_us(function, calls)
        flush()
        time.sleep(PAUSE_S)
    cpu_s = time.process_time()
    took_us = each_call_us(functions["payload"], calls)
    flush()
    found["payload p50, us"] = statistics.median(took_us)
    found["payload p99, us"] = statistics.quantiles(took_us, n=100)[98]
    found["payload max, us"] = max(took_us)
    found["CPU s per 10k payload"] = (time.process_time() - cpu_s) * 10_000 / calls
    found["4 threads, us per call"] = four_threads_us(functions["payload"], calls)
    found["peak memory, MiB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def per_call_us(function: Call, calls: int) -> float:
    began = time.perf_counter()
    for _ in range(calls):
        function()
    return (time.perf_counter() - began) / calls * 1e6


def each_call_us(function: Call, calls: int) -> list[float]:
    took = []
    for _ in range(calls):
        began = time.perf_counter()
        function()
        took.append((time.perf_counter() - began) * 1e6)
    return took


def four_threads_us(function: Call, calls: int) -> float:
    threads = [threading.Thread(target=per_call_us, args=(function, calls // 4)) for _ in range(4)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return (time.perf_counter() - began) / calls * 1e6


class Sink(BaseHTTPRequestHandler):
    """Reads requests and answers 200."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Quiet."""


def serve(port: multiprocessing.Queue[int]) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    port.put(server.server_port)
    server.serve_forever()


@contextlib.contextmanager
def sink() -> Iterator[str]:
    port: multiprocessing.Queue[int] = multiprocessing.Queue()
    process = multiprocessing.Process(target=serve, args=(port,), daemon=True)
    process.start()
    yield f"http://127.0.0.1:{port.get()}"
    process.terminate()


def run_side(side: str, calls: int, endpoint: str, python: str) -> dict[str, float]:
    """Raises CalledProcessError when the SDK cannot be started."""
    done = subprocess.run(
        [python, __file__, "--side", side, "--calls", str(calls)],
        env={**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    )
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def python_of(side: str, venvs: Path) -> str:
    """The interpreter of the side's environment, built when it is not there. Raises CalledProcessError."""
    if not SIDES[side].requirements:
        return sys.executable
    python = venvs / side / "bin" / "python"
    if not python.exists():
        uv = shutil.which("uv")
        make = [uv, "venv", "-q", "-p", sys.executable] if uv else [sys.executable, "-m", "venv"]
        install = [uv, "pip", "install", "-q", "--python", str(python)] if uv else [str(python), "-m", "pip", "install"]
        subprocess.run([*make, str(venvs / side)], check=True)
        subprocess.run([*install, *SIDES[side].requirements], check=True)
    return str(python)


def usable(sides: list[str], venvs: Path, endpoint: str) -> dict[str, str]:
    """Side -> interpreter, of those that install and start."""
    found = {}
    for side in sides:
        try:
            found[side] = python_of(side, venvs)
            run_side(side, 20, endpoint, found[side])
        except (subprocess.SubprocessError, OSError, ValueError, IndexError) as error:
            found.pop(side, None)
            said = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
            print(f"left out: {side}: {said[-1][:200] if said else error}")
    return found


def compare(sides: list[str], rounds: int, calls: int, venvs: Path) -> None:
    with sink() as endpoint:
        pythons = usable(sides, venvs, endpoint)
        found = [
            {side: run_side(side, calls, endpoint, python) for side, python in pythons.items()} for _ in range(rounds)
        ]
    print(f"{'':24}" + "".join(f"{side:>24}" for side in pythons))
    for name in found[0][BASELINE]:
        cells = [cell(found, side, name) for side in pythons]
        print(f"{name:24}" + "".join(f"{text:>24}" for text in cells))


def cell(found: list[dict[str, dict[str, float]]], side: str, name: str) -> str:
    """The median, and the median ratio to the baseline."""
    ratio = statistics.median(one[side][name] / one[BASELINE][name] for one in found)
    value = statistics.median(one[side][name] for one in found)
    return f"{value:.2f} ({ratio:.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--calls", type=int, default=3000, help="per measurement")
    parser.add_argument("--peers", default="", help="all, or names with commas")
    parser.add_argument("--venvs", type=Path, default=Path(tempfile.gettempdir()) / "spanglass-benchmark-venvs")
    parser.add_argument("--side", choices=SIDES, help="measure one side in this process and print JSON")
    options = parser.parse_args()
    if options.side:
        print(json.dumps(measure(options.side, options.calls)))
        return
    peers = [name for name, side in SIDES.items() if side.requirements]
    wanted = peers if options.peers == "all" else [name for name in options.peers.split(",") if name]
    compare(["spanglass", BASELINE, *wanted], options.rounds, options.calls, options.venvs)


if __name__ == "__main__":
    main()
