"""How many spans a second the collector acknowledges, beside what the engine could do at most.

A separate process posts OTLP/HTTP requests of 512 spans with 16 GenAI attributes (about 1.7 kB a span) over keep-alive
connections; the time ends when all that was acknowledged is stored. Beside it, in the same run: the rate at which the
same engine inserts the same rows when they arrive already decoded, in its own Native format. The ratio is what
decoding OTLP, normalising dialects, pricing, HTTP, validation and Python cost together.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import grpc
import numpy as np
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from rich.console import Console
from rich.table import Table

from spanglass_collector.background import BackgroundCollector
from spanglass_collector.config import Address, CollectorConfig
from spanglass_collector.store import Store, StoreUrl, open_store

ANYWHERE = Address("127.0.0.1", 0)


@dataclass(frozen=True, slots=True)
class Load:
    """What is offered. `rate` in spans a second, 0 for as many as go; `spans` in each request."""

    seconds: float
    connections: int
    spans: int
    rate: float
    grpc: bool


WORDS = [f"word{i}" for i in range(5000)]


def make_request(rng: random.Random, spans_each: int) -> bytes:
    """One request whose ids are all 0xAA / 0xBB: `Template` finds and replaces them."""
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "bench"
    spans = resource.scope_spans.add().spans
    for i in range(spans_each):
        start = time.time_ns() + i * 1_000_000
        span = spans.add(
            trace_id=b"\xaa" * 16,
            span_id=b"\xbb" * 8,
            name="chat gpt-4o",
            kind=3,
            start_time_unix_nano=start,
            end_time_unix_nano=start + rng.randint(10**6, 10**9),
        )
        _fill(span, rng)
    return request.SerializeToString()


def _fill(span, rng: random.Random) -> None:  # type: ignore[no-untyped-def]
    texts = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o-2024-08-06",
        "gen_ai.response.id": f"chatcmpl-{rng.getrandbits(96):x}",
        "gen_ai.conversation.id": f"{rng.getrandbits(64):x}",
        "user.id": f"user-{rng.randint(0, 999)}",
        "server.address": "api.openai.com",
        "gen_ai.input.messages": _message("user", rng, 45),
        "gen_ai.output.messages": _message("assistant", rng, 65),
    }
    numbers = {
        "gen_ai.request.max_tokens": 512,
        "gen_ai.usage.input_tokens": rng.randint(10, 4000),
        "gen_ai.usage.output_tokens": rng.randint(10, 999),
        "server.port": 443,
    }
    for key, text in texts.items():
        span.attributes.add(key=key).value.string_value = text
    for key, number in numbers.items():
        span.attributes.add(key=key).value.int_value = number
    span.attributes.add(key="gen_ai.request.temperature").value.double_value = 0.7
    reasons = span.attributes.add(key="gen_ai.response.finish_reasons").value.array_value
    reasons.values.add().string_value = "stop"


def _message(role: str, rng: random.Random, words: int) -> str:
    text = " ".join(rng.choices(WORDS, k=words))
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]}])


class Template:
    """A request that becomes another one, with fresh ids, at the price of a memcpy."""

    def __init__(self, raw: bytes) -> None:
        self._bytes = np.frombuffer(raw, np.uint8).copy()
        self._places = [
            (_positions(raw, b"\x0a\x10" + b"\xaa" * 16) + 2)[:, None] + np.arange(16),
            (_positions(raw, b"\x12\x08" + b"\xbb" * 8) + 2)[:, None] + np.arange(8),
        ]
        self.spans = len(self._places[0])

    def fresh(self, rng: np.random.Generator) -> bytes:
        for place in self._places:
            self._bytes[place] = rng.integers(1, 256, place.shape, np.uint8)
        return self._bytes.tobytes()


def _positions(raw: bytes, pattern: bytes) -> np.ndarray:
    found, at = [], raw.find(pattern)
    while at >= 0:
        found.append(at)
        at = raw.find(pattern, at + 1)
    return np.array(found)


def http_poster(port: int) -> Callable[[bytes], bool]:
    """Posts over one keep-alive connection; true for a 200. By hand: the load shares its cores with the collector."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=120)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    head = (
        b"POST /v1/traces HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: application/x-protobuf\r\nContent-Length: %d\r\n\r\n"
    )

    def post(body: bytes) -> bool:
        connection.sendall(head % len(body) + body)
        answer = connection.recv(65536)
        while b"\r\n\r\n" not in answer:
            answer += connection.recv(65536)
        return answer.startswith(b"HTTP/1.1 200")  # whose body is empty

    return post


def grpc_poster(port: int) -> Callable[[bytes], bool]:
    """Calls over one channel; true for OK. The body goes out as it is."""
    # A subchannel pool of its own: channels to one address share a connection otherwise.
    channel = grpc.insecure_channel(f"127.0.0.1:{port}", [("grpc.use_local_subchannel_pool", 1)])
    export = channel.unary_unary("/opentelemetry.proto.collector.trace.v1.TraceService/Export")

    def post(body: bytes) -> bool:
        try:
            export(body, timeout=120)
        except grpc.RpcError:
            return False
        return True

    return post


def send(port: int, load: Load) -> None:
    """The load process: prints spans acknowledged and the seconds it took, as JSON."""
    connections, spans_each, seconds = load.connections, load.spans, load.seconds
    pause_s = connections * spans_each / load.rate if load.rate else 0.0
    rng = random.Random(1)
    raws = [make_request(rng, spans_each) for _ in range(4)]
    counts, latencies = [0] * connections, [[] for _ in range(connections)]
    deadline = time.perf_counter() + seconds

    def work(me: int) -> None:
        templates = [Template(raw) for raw in raws]
        ids = np.random.default_rng(me + os.getpid())
        post = grpc_poster(port) if load.grpc else http_poster(port)
        turn = time.perf_counter() + pause_s * me / connections
        while time.perf_counter() < deadline:
            time.sleep(max(0.0, turn - time.perf_counter()))
            turn += pause_s
            template = templates[counts[me] % len(templates)]
            body = template.fresh(ids)
            started = time.perf_counter()
            if post(body):
                counts[me] += template.spans
                latencies[me].append(time.perf_counter() - started)

    started = time.perf_counter()
    threads = [threading.Thread(target=work, args=(i,)) for i in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - started
    flat = sorted(latency for one in latencies for latency in one)
    result = {"spans": sum(counts), "seconds": took, "bytes_a_span": len(raws[0]) / spans_each}
    print(json.dumps({**result, "p50_s": flat[len(flat) // 2], "p99_s": flat[int(len(flat) * 0.99)]}))


def native_limit(store: Store, url: StoreUrl, rows: int, repeats: int) -> float:
    """Rows a second when the same rows arrive decoded: an insert in Native format into a table like `spans`."""
    store.command("DROP TABLE IF EXISTS native_limit")
    store.command("CREATE TABLE native_limit AS spans")
    block = store._client.raw_query(f"SELECT * FROM spans LIMIT {rows}", fmt="Native")  # type: ignore[attr-defined]
    names = store.query("SELECT * FROM spans LIMIT 1").column_names
    rates = []
    for i in range(repeats):
        settings = {"insert_deduplication_token": f"limit-{i}", "async_insert": 0}
        started = time.perf_counter()
        store.insert_block("native_limit", block, "Native", names, settings)  # type: ignore[arg-type]
        rates.append(rows / (time.perf_counter() - started))
    store.command("DROP TABLE native_limit")
    return sorted(rates)[len(rates) // 2]


def resident_mib() -> float:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--seconds", type=float, default=15)
    arguments.add_argument("--connections", type=int, default=48)
    arguments.add_argument("--spans", type=int, default=512, help="spans a request")
    arguments.add_argument("--send", type=int, help=argparse.SUPPRESS)
    arguments.add_argument("--rate", type=float, default=0, help="spans a second that are offered; 0: as many as go")
    arguments.add_argument("--grpc", action="store_true", help="over gRPC instead of HTTP")
    options = arguments.parse_args()
    load = Load(options.seconds, options.connections, options.spans, options.rate, options.grpc)
    if options.send:
        send(options.send, load)
        return
    run(load)


def run(load: Load) -> None:
    with tempfile.TemporaryDirectory() as folder:
        config = CollectorConfig(data_dir=Path(folder), otlp_http=ANYWHERE, otlp_grpc=ANYWHERE, sql=ANYWHERE)
        with BackgroundCollector(config) as background:
            ends = background.endpoints
            port = (ends.otlp_grpc if load.grpc else ends.otlp_http).port
            _load(port, replace(load, seconds=3))  # warm
            _wait_until_stored(background)
            cpu = time.process_time()
            measured = _load(port, load)
            measured["left_s"] = _wait_until_stored(background)
            cpu = time.process_time() - cpu
            memory = resident_mib()
            url = StoreUrl.parse(config.store_url)
            with open_store(url) as store:
                stored = store.query("SELECT count() FROM spans").result_rows[0][0]
                limit = native_limit(store, url, 20_000, 5)
    show(load, measured, cpu, memory, limit, stored)


def _wait_until_stored(background: BackgroundCollector) -> float:
    """Seconds until what was acknowledged from the spool is in the store."""
    began = time.perf_counter()
    metrics = background.collector.metrics
    while metrics.registry.get_sample_value("spanglass_spool_records", {"signal": "traces", "state": "pending"}):
        time.sleep(0.02)
    return time.perf_counter() - began


def _load(port: int, load: Load) -> dict[str, float]:
    command = [sys.executable, __file__, "--send", str(port), "--seconds", str(load.seconds), "--rate", str(load.rate)]
    command += ["--connections", str(load.connections), "--spans", str(load.spans), *(["--grpc"] if load.grpc else [])]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def show(load: Load, measured: dict[str, float], cpu: float, memory: float, limit: float, stored: int) -> None:
    rate = measured["spans"] / (measured["seconds"] + measured["left_s"])
    how = f"{'gRPC' if load.grpc else 'HTTP'}, {load.spans} spans a request"
    table = Table(title=f"Ingest over OTLP/{how}, embedded store, {os.cpu_count()} cores", title_justify="left")
    table.add_column("figure")
    table.add_column("value", justify="right")
    for name, value in (
        ("acknowledged and stored, spans/s", f"{rate:,.0f}"),
        ("of that time, to store the rest after the load, s", f"{measured['left_s']:.1f}"),
        ("requests/s", f"{rate / load.spans:,.0f}"),
        ("the engine's limit: same rows, Native format, spans/s", f"{limit:,.0f}"),
        ("ratio", f"{rate / limit:.2f}"),
        ("collector CPU a span, us", f"{cpu / measured['spans'] * 1e6:.1f}"),
        ("bytes a span", f"{measured['bytes_a_span']:,.0f}"),
        ("answer p50 / p99, ms", f"{measured['p50_s'] * 1e3:.0f} / {measured['p99_s'] * 1e3:.0f}"),
        ("collector's peak resident memory, MiB", f"{memory:,.0f}"),
        ("spans in the store", f"{stored:,}"),
    ):
        table.add_row(name, value)
    Console().print(table)


if __name__ == "__main__":
    main()
