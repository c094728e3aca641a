"""Prometheus pages as OTLP metrics, from the page to the row."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Summary, generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_open_metrics

from spanglass_collector.background import BackgroundCollector
from spanglass_collector.config import Address, CollectorConfig
from spanglass_collector.errors import ConfigurationError
from spanglass_collector.scrape.convert import families, to_request
from spanglass_collector.scrape.target import ScrapeTarget
from spanglass_collector.store import StoreUrl, open_store

ANYWHERE = Address("127.0.0.1", 0)


@pytest.fixture
def registry() -> CollectorRegistry:
    """What a model server would show, written by Prometheus' own client."""
    made = CollectorRegistry()
    Counter("vllm_prompt_tokens", "Tokens.", ["model_name"], registry=made).labels("tiny").inc(42)
    Gauge("vllm_num_requests_running", "Running.", registry=made).set(3)
    Gauge("vllm_broken", "No number.", registry=made).set(float("nan"))
    latency = Histogram("vllm_time_to_first_token_seconds", "TTFT.", buckets=(0.1, 1.0), registry=made)
    for seconds in (0.05, 0.5, 0.6, 7.0):
        latency.observe(seconds)
    Summary("tgi_request_duration", "Duration.", registry=made).observe(2.5)
    return made


@pytest.mark.parametrize("is_open", [False, True])
def test_a_page_keeps_its_meaning(registry: CollectorRegistry, is_open: bool) -> None:
    """Both formats: counters are sums, buckets are no longer cumulative, what is no number is left out."""
    page = (generate_open_metrics if is_open else generate_latest)(registry).decode()
    content_type = "application/openmetrics-text; version=1.0.0" if is_open else "text/plain"
    request = to_request(families(page, content_type), {"service.name": "vllm"}, 1_000)
    found = {metric.name: metric for metric in request.resource_metrics[0].scope_metrics[0].metrics}
    counter = found["vllm_prompt_tokens"].sum
    assert counter.is_monotonic
    assert counter.data_points[0].as_double == 42
    assert counter.data_points[0].attributes[0].value.string_value == "tiny"
    assert found["vllm_num_requests_running"].gauge.data_points[0].as_double == 3
    (latency,) = found["vllm_time_to_first_token_seconds"].histogram.data_points
    assert (list(latency.bucket_counts), list(latency.explicit_bounds), latency.count) == ([1, 2, 1], [0.1, 1.0], 4)
    assert found["tgi_request_duration"].summary.data_points[0].sum == 2.5
    assert "vllm_broken" not in found


@pytest.fixture
def server(registry: CollectorRegistry) -> Iterator[str]:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = generate_latest(registry)
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    made = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{made.server_port}/metrics"
    made.shutdown()


def test_a_model_servers_metrics_are_stored(
    server: str, store_url: StoreUrl, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The page is in otel_metrics_*; a target that is away has `up` 0 and harms nobody."""
    targets = (ScrapeTarget(server, "vllm", 1.0), ScrapeTarget("http://127.0.0.1:9/metrics", "gone", 1.0))
    where = {"otlp_http": ANYWHERE, "otlp_grpc": ANYWHERE, "sql": ANYWHERE}
    store = f"chdb://{store_url.path}?database={store_url.database}"
    config = CollectorConfig(data_dir=tmp_path_factory.mktemp("c"), store=store, scrape=targets, **where)
    with BackgroundCollector(config) as collector, open_store(collector.endpoints.store_url) as opened:
        # Counters and gauges of one page become visible one after the other.
        query = (
            "SELECT ServiceName, MetricName, min(Value) FROM otel_metrics_gauge WHERE MetricName = 'up' GROUP BY 1, 2 "
            "UNION ALL SELECT ServiceName, MetricName, max(Value) FROM otel_metrics_sum "
            "WHERE MetricName = 'vllm_prompt_tokens' GROUP BY 1, 2"
        )
        until_s = time.monotonic() + 30
        while len(rows := opened.query(query).result_rows) < 3 and time.monotonic() < until_s:
            threading.Event().wait(0.2)
        assert sorted(tuple(row) for row in rows) == [
            ("gone", "up", 0.0),
            ("vllm", "up", 1.0),
            ("vllm", "vllm_prompt_tokens", 42.0),
        ]


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"url": "vllm_8000", "service": "x"}, "write http://HOST:PORT/metrics"),
        ({"url": "http://x/metrics"}, "needs 'url' and 'service'"),
        ({"url": "http://x/metrics", "service": "x", "every": 3}, "unknown scrape setting every"),
        ({"url": "http://x/metrics", "service": "x", "interval_s": 0}, "at least 1"),
    ],
)
def test_wrong_targets_are_explained(table: dict[str, object], told: str) -> None:
    """The message names the setting and what would be right."""
    with pytest.raises(ConfigurationError, match=told):
        ScrapeTarget.from_table(table)
