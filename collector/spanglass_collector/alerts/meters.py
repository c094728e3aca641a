"""What the alerts say of themselves at `/metrics`, and the rules' values for whoever evaluates them in Prometheus.

Cardinality is bounded: at most `MOST_SERIES` instances of a rule are shown, what is left out is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric
from prometheus_client.core import GaugeMetricFamily

from spanglass_collector.alerts.deliver import Tally
from spanglass_collector.alerts.evaluate import Evaluation
from spanglass_collector.alerts.observe import Sample
from spanglass_collector.alerts.outbox import Backlog
from spanglass_collector.alerts.records import Record

MOST_SERIES = 100
_INSTANCE = ("project", "rule", "labels")


class RuleValues:
    """The newest values of all rules; those of a pass replace the rule's earlier ones at once."""

    def __init__(self) -> None:
        self._samples: dict[tuple[str, str], list[Sample]] = {}

    def set(self, project: str, rule: str, samples: Sequence[Sample]) -> None:
        self._samples[project, rule] = list(samples)

    def collect(self) -> Iterator[Metric]:
        """Called by the registry at a scrape, from another thread than `set`."""
        values = GaugeMetricFamily(
            "spanglass_rule_value",
            "The newest value of each rule's instances; rules exported for Prometheus compare it.",
            labels=_INSTANCE,
        )
        left_out = GaugeMetricFamily(
            "spanglass_rule_instances_left_out",
            "Instances beyond the most that are shown for a rule. Group the rule by fewer labels.",
            labels=_INSTANCE[:2],
        )
        for (project, rule), samples in dict(self._samples).items():
            for sample in samples[:MOST_SERIES]:
                values.add_metric([project, rule, sample.instance], sample.value)
            left_out.add_metric([project, rule], max(0, len(samples) - MOST_SERIES))
        yield values
        yield left_out


class AlertMeters:
    """Metrics of one alerts process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.passes = Histogram(
            "spanglass_alert_pass_seconds",
            "Time of one pass over all rules. Near the interval: fewer rules, or a longer interval.",
            buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
            registry=self.registry,
        )
        self.failures = Counter(
            "spanglass_alert_rule_failures",
            "Rules that could not be asked. The log says why.",
            ["rule"],
            registry=self.registry,
        )
        self.messages = Counter(
            "spanglass_alert_messages",
            "Messages by channel and what became of them. 'dead': given up, see alert_outbox.LastError.",
            ["channel", "outcome"],
            registry=self.registry,
        )
        self.pending = Gauge(
            "spanglass_alert_outbox_pending",
            "Messages that wait for their channel. Rising: the channel is away.",
            ["channel"],
            registry=self.registry,
        )
        self.dead = Gauge(
            "spanglass_alert_dead_letters", "Messages that were given up.", ["channel"], registry=self.registry
        )
        self.oldest = Gauge(
            "spanglass_alert_outbox_oldest_seconds",
            "Age of the oldest message that waits.",
            ["channel"],
            registry=self.registry,
        )
        self.firing = Gauge("spanglass_alerts_firing", "Firing alerts.", ["severity"], registry=self.registry)
        self.muted = Gauge("spanglass_alerts_muted", "Firing alerts that nobody was told of.", registry=self.registry)
        self.calls = Gauge(
            "spanglass_model_calls_per_second",
            "Stored model calls a second over the two newest whole minutes.",
            registry=self.registry,
        )
        self.tokens = Gauge(
            "spanglass_tokens_per_second",
            "Their tokens a second: a measure of load to scale model servers by.",
            ["direction"],
            registry=self.registry,
        )
        self.values = RuleValues()
        self.registry.register(self.values)
        self.evaluated = Gauge(
            "spanglass_alert_last_pass_timestamp_seconds",
            "When the last pass ended. Old: the alerts process is stuck, or its store is away.",
            registry=self.registry,
        )

    def show(self, project: str, found: Evaluation) -> None:
        """The values of a pass over one project; what is not measured any more disappears."""
        for failure in found.failures:
            self.failures.labels(failure.rule).inc()
        for rule, samples in found.samples.items():
            self.values.set(project, rule, samples)

    def show_open(self, records: Iterable[Record]) -> None:
        """All open alerts, counted by severity."""
        firing = [record for record in records if record.standing.is_firing]
        for severity in ("critical", "error", "warning", "info"):
            self.firing.labels(severity).set(sum(record.severity == severity for record in firing))
        self.muted.set(sum(not record.told for record in firing))

    def show_rates(self, calls: float, input_tokens: float, output_tokens: float) -> None:
        self.calls.set(calls)
        self.tokens.labels("input").set(input_tokens)
        self.tokens.labels("output").set(output_tokens)

    def show_backlogs(self, backlogs: Iterable[Backlog]) -> None:
        for backlog in backlogs:
            self.pending.labels(backlog.channel).set(backlog.pending)
            self.dead.labels(backlog.channel).set(backlog.dead)
            self.oldest.labels(backlog.channel).set(backlog.oldest_s)

    def count(self, channel: str, tally: Tally) -> None:
        outcomes: Mapping[str, int] = {
            "delivered": tally.delivered, "postponed": tally.postponed, "dead": tally.dead
        }  # fmt: skip
        for outcome, number in outcomes.items():
            self.messages.labels(channel, outcome).inc(number)
