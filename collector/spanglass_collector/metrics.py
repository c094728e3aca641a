"""Every metric of the collector, with what it means and what to do about it.

Identities, for spans, log records and data points alike:
received = stored + spooled + repeated + rejected + refused, since the start, when no request is in flight;
spanglass_spool_records: spooled = replayed + dropped + pending + dead, since the spool was made, always.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from spanglass_collector.spool.record import Total

# The *_created series double the page and nothing of ours reads them.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Ledger:
    """What became of the records of one signal: `unit` is spans, log_records or data_points."""

    def __init__(self, registry: CollectorRegistry, unit: str) -> None:
        def counter(name: str, meaning: str, labels: Sequence[str] = ()) -> Counter:
            return Counter(f"spanglass_{unit}_{name}", meaning, labels, registry=registry)

        self.received = counter("received", "In decodable requests.")
        self.stored = counter("stored", "Acknowledged after they were stored.")
        self.spooled = counter(
            "spooled", "Acknowledged after they were synced to the spool. Rising: the store is slow or away."
        )
        self.repeated = counter(
            "repeated", "In requests that were stored before and sent again; acknowledged, not stored twice."
        )
        self.rejected = counter("rejected", "Can never be stored, by reason; the sender was told.", ["reason"])
        self.refused = counter(
            "refused", "Answered with 503 / UNAVAILABLE: the sender still has them. Look at the store.", ["reason"]
        )

    def acknowledged(self, fate: str) -> Counter:
        """The counter of one commit.fate.Fate."""
        return {"stored": self.stored, "spooled": self.spooled, "repeated": self.repeated}[fate]


class CollectorMetrics:
    """Metrics of one collector process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "spanglass_otlp_requests",
            "Export requests by transport, signal and answer. Many 'refused': the store is slow or away.",
            ["transport", "signal", "outcome"],
            registry=self.registry,
        )
        self.in_flight = Gauge(
            "spanglass_requests_in_flight",
            "Export requests that are being answered. Scale out before it meets what senders allow.",
            registry=self.registry,
        )
        self.request_seconds = Histogram(
            "spanglass_request_seconds",
            "Time from a decoded request to its answer; its exemplars are traces that it carried.",
            ["transport"],
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
            registry=self.registry,
        )
        self.ledgers = {unit: Ledger(self.registry, unit) for unit in ("spans", "log_records", "data_points")}
        """By a signal's unit."""
        self.commit_seconds = Histogram(
            "spanglass_commit_seconds",
            "Time of one group insert. Rising: merges or the disk cannot keep up.",
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
            registry=self.registry,
        )
        self.commit_records = Histogram(
            "spanglass_commit_records",
            "Spans, log records or data points of one group insert.",
            buckets=(1, 10, 100, 1_000, 5_000, 10_000, 50_000, 100_000),
            registry=self.registry,
        )
        self.pending_bytes = Gauge(
            "spanglass_pending_bytes",
            "Request bytes waiting for storage; bounded by configuration.",
            registry=self.registry,
        )
        self.queries = Counter(
            "spanglass_sql_queries",
            "Statements at the SQL endpoint by role and outcome.",
            ["role", "outcome"],
            registry=self.registry,
        )

        self.store_up = Gauge(
            "spanglass_store_up",
            "1: inserts go to the store. 0: it is slow or away, and requests go to the spool; /readyz says why.",
            registry=self.registry,
        )

    def watch_spool(self, totals: Callable[[], Iterable[Total]]) -> None:
        """Show the spool's own books, which survive restarts."""
        self.registry.register(_SpoolMetrics(totals))


class _SpoolMetrics(Collector):
    def __init__(self, totals: Callable[[], Iterable[Total]]) -> None:
        self._totals = totals

    def collect(self) -> Iterator[GaugeMetricFamily]:
        help_ = "by signal and state: pending waits for the store, dead was refused by it for good (spanglass spool)."
        records, requests, sizes = (
            GaugeMetricFamily(f"spanglass_spool_{name}", f"{text} {help_}", labels=["signal", "state"])
            for name, text in (
                ("records", "Spans, log records and data points"),
                ("requests", "Requests"),
                ("bytes", "Request bytes"),
            )
        )
        for total in self._totals():
            labels = [total.signal, total.name]
            records.add_metric(labels, total.records)
            requests.add_metric(labels, total.requests)
            sizes.add_metric(labels, total.size_bytes)
        yield from (records, requests, sizes)
