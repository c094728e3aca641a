"""What `@trace` costs the application, beside plain OpenTelemetry, in one run.

The baseline is opentelemetry-sdk as most applications write it: one span, two `json.dumps` attributes (a 2 kB
chat input and a 2 kB answer), BatchSpanProcessor, OTLP/HTTP. Both sides run in processes of their own, with
their defaults, and export to the same kind of local HTTP sink in a third process. Each round runs both, so a
slow moment of the machine hits both; figures are medians of rounds, and what counts is the ratio.

    python benchmarks/sdk_overhead.py [--rounds 3] [--calls 3000]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MESSAGES = [{"role": "user", "content": "why is the sky blue? " * 10} for _ in range(8)]
ANSWER = {"choices": [{"message": {"role": "assistant", "content": "because of Rayleigh scattering. " * 62}}]}
PAUSE_S = 0.5  # between bursts, so that the exporter of the burst before does not run into the next
Call = Callable[[], object]


def spanglass_calls() -> tuple[dict[str, Call], Call]:
    import spanglass

    spanglass.init()
    no_op = spanglass.trace(lambda: None)
    leaf = spanglass.trace(lambda messages: ANSWER)
    nested = spanglass.trace(lambda: [no_op() for _ in range(4)] and None)
    return {"no-op": no_op, "payload": lambda: leaf(MESSAGES), "5 nested": nested}, spanglass.flush


def opentelemetry_calls() -> tuple[dict[str, Call], Call]:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    start = provider.get_tracer("benchmark").start_as_current_span

    def no_op() -> None:
        with start("no-op"):
            pass

    def payload() -> object:
        with start("payload") as span:
            span.set_attribute("input.value", json.dumps(MESSAGES))
            span.set_attribute("output.value", json.dumps(ANSWER))
            return ANSWER

    def nested() -> None:
        with start("nested"):
            for _ in range(4):
                no_op()

    return {"no-op": no_op, "payload": payload, "5 nested": nested}, provider.force_flush


SIDES = {"spanglass": spanglass_calls, "opentelemetry": opentelemetry_calls}


def measure(side: str, calls: int) -> dict[str, float]:
    """Runs in a process of its own; microseconds per call, CPU seconds per 10,000 calls, calls/s of 4
    threads."""
    began = time.perf_counter()
    functions, flush = SIDES[side]()
    found = {"import + init, ms": (time.perf_counter() - began) * 1e3}
    for name, function in functions.items():
        function()
        found[f"{name}, us"] = per_call_us(function, calls)
        flush()
        time.sleep(PAUSE_S)
    cpu_s = time.process_time()
    took_us = each_call_us(functions["payload"], calls)
    flush()
    found["payload p99, us"] = statistics.quantiles(took_us, n=100)[98]
    found["CPU s per 10k payload"] = (time.process_time() - cpu_s) * 10_000 / calls
    found["4 threads, us per call"] = four_threads_us(functions["payload"], calls)
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


def run_side(side: str, calls: int, endpoint: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, __file__, "--side", side, "--calls", str(calls)],
        env={**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint},
        stdout=subprocess.PIPE,
        check=True,
    )
    return dict(json.loads(done.stdout))


def compare(rounds: int, calls: int) -> None:
    with sink() as endpoint:
        found = [{side: run_side(side, calls, endpoint) for side in SIDES} for _ in range(rounds)]
    print(f"{'':26}{'spanglass':>12}{'opentelemetry':>16}{'ratio':>8}")
    for name in found[0]["spanglass"]:
        ours = [one["spanglass"][name] for one in found]
        theirs = [one["opentelemetry"][name] for one in found]
        ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
        print(f"{name:26}{statistics.median(ours):12.2f}{statistics.median(theirs):16.2f}{ratio:8.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--calls", type=int, default=3000, help="per measurement")
    parser.add_argument("--side", choices=SIDES, help="measure one side in this process and print JSON")
    options = parser.parse_args()
    if options.side:
        print(json.dumps(measure(options.side, options.calls)))
    else:
        compare(options.rounds, options.calls)


if __name__ == "__main__":
    main()
