"""What the evaluators say of themselves at `/metrics`: how much they judged, how fast, how far behind they are."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from spanglass_evaluators.engine.progress import Progress


class EvaluatorMeters:
    """Metrics of one evaluator process, in a registry of their own. Labels are names of configured evaluators."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.judgements = Counter(
            "spanglass_evaluator_judgements",
            "Judgements by evaluator and outcome. Many 'failed': see Error in scores.",
            ["evaluator", "outcome"],
            registry=self.registry,
        )
        self.refusals = Counter(
            "spanglass_evaluator_refusals",
            "Rounds in which an evaluator could not read its spans. The log says why.",
            ["evaluator"],
            registry=self.registry,
        )
        self.batch_seconds = Histogram(
            "spanglass_evaluator_batch_seconds",
            "Time an evaluator took for one batch; its exemplars are traces that were judged.",
            ["evaluator"],
            buckets=(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60),
            registry=self.registry,
        )
        self.outstanding = Gauge(
            "spanglass_evaluator_outstanding_spans",
            "Spans that waited at the beginning of the newest round: a queue depth to scale by.",
            ["evaluator"],
            registry=self.registry,
        )
        self.reached = Gauge(
            "spanglass_evaluator_watermark_timestamp_seconds",
            "Every span received before this is judged. time() minus it is the lag.",
            ["evaluator"],
            registry=self.registry,
        )
        self.rounds = Counter("spanglass_evaluator_rounds", "Rounds over all evaluators.", registry=self.registry)

    def observe_batch(self, evaluator: str, seconds: float, trace_id: str) -> None:
        """Called by the engine after each batch; `trace_id` is of one of its spans."""
        shown = {"trace_id": trace_id} if trace_id else None
        self.batch_seconds.labels(evaluator).observe(seconds, shown)

    def show_round(self, spans: Iterable[Progress], windows: Iterable[Progress], began_s: float) -> None:
        """After a round that began at `began_s` (Unix time)."""
        self.rounds.inc()
        for step in spans:
            self._count(step)
            self.outstanding.labels(step.evaluator).set(step.outstanding)
            if not step.error:
                self.reached.labels(step.evaluator).set(began_s)
        for step in windows:
            self._count(step)

    def _count(self, step: Progress) -> None:
        self.judgements.labels(step.evaluator, "scored").inc(step.scored)
        self.judgements.labels(step.evaluator, "failed").inc(step.failed)
        if step.error:
            self.refusals.labels(step.evaluator).inc()
