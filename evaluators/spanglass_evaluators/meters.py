"""What the evaluators say of themselves at `/metrics`: how much they judged, how fast, how far behind they are."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from spanglass_evaluators.cascade.cascade import Cascade
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
        self.lag = Gauge(
            "spanglass_evaluator_lag_seconds",
            "Age of the oldest moment whose targets are not all judged, as of the end of the newest round.",
            ["evaluator"],
            registry=self.registry,
        )
        self.throughput = Gauge(
            "spanglass_evaluator_targets_per_second",
            "Targets judged in the newest round that judged any, by its length.",
            ["evaluator"],
            registry=self.registry,
        )
        self.waiting = Gauge(
            "spanglass_evaluator_budget_exhausted",
            "1 while the evaluator's budget is used up and its targets wait. Raise the budget or sample less.",
            ["evaluator"],
            registry=self.registry,
        )
        self.handed_over = Counter(
            "spanglass_evaluator_handed_over",
            "Targets judged after their slot had gone to another worker: perhaps twice, to the same rows.",
            ["evaluator"],
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
            "Every target received before this is judged, or waits for its trace to end. time() minus it is the lag.",
            ["evaluator"],
            registry=self.registry,
        )
        self.cascade_calls = Gauge(
            "spanglass_cascade_calls",
            "Targets that a stage of a cascade got since the process started.",
            ["cascade", "stage"],
            registry=self.registry,
        )
        self.cascade_spared = Gauge(
            "spanglass_cascade_spared_calls",
            "Targets that a stage did not get because one before it had decided.",
            ["cascade", "stage"],
            registry=self.registry,
        )
        self.cascade_spared_usd = Gauge(
            "spanglass_cascade_spared_usd",
            "What those would have cost at the stage's mean price; absent while no price is known.",
            ["cascade", "stage"],
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
            self.waiting.labels(step.evaluator).set(bool(step.waiting))
            self.handed_over.labels(step.evaluator).inc(step.handed_over)
            self._show_speed(step, began_s)
            if step.reached_ns:
                self.reached.labels(step.evaluator).set(step.reached_ns / 1e9)
        for step in windows:
            self._count(step)

    def show_cascade(self, cascade: Cascade) -> None:
        """What it has saved so far."""
        for stage, saving in zip(cascade.stages, cascade.books.savings(), strict=False):
            names = (cascade.name, stage.evaluator.name)
            self.cascade_calls.labels(*names).set(saving.calls)
            self.cascade_spared.labels(*names).set(saving.spared_calls)
            if saving.spared_usd is not None:
                self.cascade_spared_usd.labels(*names).set(saving.spared_usd)

    def _show_speed(self, step: Progress, began_s: float) -> None:
        judged = step.scored + step.failed
        if judged and step.seconds:
            self.throughput.labels(step.evaluator).set(judged / step.seconds)
        if step.reached_ns:
            self.lag.labels(step.evaluator).set(max(0.0, began_s - step.reached_ns / 1e9))

    def _count(self, step: Progress) -> None:
        self.judgements.labels(step.evaluator, "scored").inc(step.scored)
        self.judgements.labels(step.evaluator, "failed").inc(step.failed)
        if step.error:
            self.refusals.labels(step.evaluator).inc()
