"""The loss ledger reaches the collector as OpenTelemetry's own metrics."""

from __future__ import annotations

import uuid
from dataclasses import replace

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from spanglass.export.metrics import Period, encode_report
from spanglass.export.outcome import Outcome
from spanglass.export.report import LossReport
from spanglass.export.transport import HttpTransport
from spanglass.ledger import Ledger, Stats
from spanglass_collector.background import BackgroundCollector
from spanglass_collector.store import ClickHouseStore

from .receiver import Answer, Receiver, attributes
from .test_processes import run
from .test_spool import until

STATS = Stats(
    created=110,
    exported=70,
    queued=0,
    dropped={"queue_full": 10, "refused": 5},
    retries=3,
    internal_errors=0,
    spooled=5,
    replayed=4,
    evicted=1,
    sampled_out={"ratio": 15, "tail": 5},
)


def test_the_report_is_what_the_conventions_ask_for() -> None:
    """Cumulative monotonic sums of spans, one point a reason, readable by opentelemetry-proto."""
    request = ExportMetricsServiceRequest.FromString(encode_report({"service.name": "s"}, STATS, Period(1_000, 2_000)))
    ((scope,), resource) = request.resource_metrics[0].scope_metrics, request.resource_metrics[0].resource
    assert attributes(resource) == {"service.name": "s"}
    points = {}
    for metric in scope.metrics:
        assert (metric.unit, metric.sum.is_monotonic, metric.sum.aggregation_temporality) == ("{span}", True, 2)
        for point in metric.sum.data_points:
            assert (point.start_time_unix_nano, point.time_unix_nano) == (1_000, 2_000)
            points[(metric.name.removeprefix("otel.sdk."), *attributes(point).items())] = point.as_int
    assert points == {
        ("span.started", ("otel.span.sampling_result", "RECORD_AND_SAMPLE")): 90,
        ("span.started", ("otel.span.sampling_result", "DROP")): 20,
        ("processor.span.processed",): 80,
        ("processor.span.processed", ("error.type", "queue_full")): 10,
        ("exporter.span.exported",): 74,
        ("exporter.span.exported", ("error.type", "refused")): 5,
        ("exporter.span.exported", ("error.type", "spool_evicted")): 1,
    }


class Clock:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_reports_are_rare_and_soon_after_a_loss(receiver: Receiver) -> None:
    """Once a minute when something changed, within a second after a loss, and never when nothing changed."""
    clock, ledger = Clock(), Ledger()
    report = LossReport(HttpTransport(receiver.endpoint + "/v1/metrics", {}), {}, ledger, clock)
    ledger.count_created()
    report.send_if_due(5)
    assert receiver.reports == []
    clock.now = 60.0
    report.send_if_due(5)
    clock.now = 180.0
    report.send_if_due(5)
    assert len(receiver.reports) == 1
    ledger.count_dropped("queue_full", 7)
    clock.now = 181.5
    report.send_if_due(5)
    assert receiver.reported["otel.sdk.processor.span.processed", "queue_full"] == 7
    assert len(receiver.reports) == 2


def test_a_receiver_of_traces_alone_is_asked_once() -> None:
    """404, 405 and 501 end the reporting, without a word."""
    counted = Counting()
    report = LossReport(counted, {}, ledger := Ledger())  # type: ignore[arg-type]
    for _ in range(3):
        ledger.count_created()
        report.send_last(5)
    assert counted.requests == 1


class Counting:
    """A transport whose other end knows no metrics."""

    def __init__(self) -> None:
        self.requests = 0

    def send(self, body: bytes, timeout_s: float) -> Outcome:
        from spanglass.export.outcome import Refused

        self.requests += 1
        return Refused("HTTP 404", 404)

    def close(self) -> None:
        """Nothing is open."""


def test_what_was_lost_is_reported_when_the_collector_is_back(receiver: Receiver) -> None:
    """A refused request, then a good one: at exit the collector knows of both."""
    receiver.answers.append(Answer(400))
    script = """
        import spanglass
        call = spanglass.trace(name="call")(lambda: 1)
        for n in range(3):
            call(); spanglass.flush()
    """
    run(script, receiver.endpoint, OTEL_SERVICE_NAME="svc")
    assert receiver.reported["otel.sdk.exporter.span.exported", ""] == 2
    assert receiver.reported["otel.sdk.exporter.span.exported", "refused"] == 1
    assert receiver.reported["otel.sdk.span.started", "RECORD_AND_SAMPLE"] == 3
    resource = attributes(receiver.reports[-1].resource_metrics[0].resource)
    assert resource["service.name"] == "svc"
    assert len(resource["service.instance.id"]) == 32


def test_reporting_can_be_switched_off(receiver: Receiver) -> None:
    """`OTEL_METRICS_EXPORTER=none` is honoured, and an address for traces alone gets traces alone."""
    script = "import spanglass; spanglass.trace(lambda: 1)()"
    run(script, receiver.endpoint, OTEL_METRICS_EXPORTER="none")
    run(script, None, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=receiver.endpoint + "/otlp")
    assert (len(receiver.spans), receiver.reports) == (2, [])


def test_an_unchanged_ledger_is_an_equal_one() -> None:
    """The report compares readings, so every field counts."""
    assert replace(STATS) == STATS != replace(STATS, evicted=2)


LOSSY = """
    import spanglass
    from spanglass.config import Limits
    spanglass.init(service="{service}", instrument=False, limits=Limits(queue_spans=100))
    call = spanglass.trace(name="call")(lambda: 1)
    for _ in range(1000):
        call()
    print(spanglass.flush(20), spanglass.stats().exported)
"""


QUERY = """
SELECT Value, Attributes['error.type'] FROM otel_metrics_sum
WHERE ServiceName = {service:String} AND MetricName = 'otel.sdk.processor.span.processed'
"""


def test_our_collector_keeps_the_books_of_a_lossy_sender(
    shared_collector: BackgroundCollector, shared_store: ClickHouseStore
) -> None:
    """What an application dropped in its own queue is a row in the collector's loss ledger."""
    service = f"lossy-{uuid.uuid4().hex}"
    said = run(LOSSY.format(service=service), f"http://{shared_collector.endpoints.otlp_http}")
    exported = int(said.split()[1])
    found: list[tuple[float, str]] = []

    def is_stored() -> bool:
        found[:] = [(row[0], row[1]) for row in shared_store.query(QUERY, {"service": service}).result_rows]
        return bool(found)

    until(is_stored)
    assert sorted(found) == sorted([(exported, ""), (1000 - exported, "queue_full")])
