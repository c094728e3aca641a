"""`score(...)`: a judgement the application itself has, such as a user's thumb or a check it already makes.

It travels as the conventions' `gen_ai.evaluation.result` event; the collector turns these events into rows of
`scores`.
"""

from __future__ import annotations

from typing import Any

from opentelemetry import context as otel_context
from opentelemetry import trace as otel

from spanglass import attributes as names
from spanglass.errors import ScoreTargetError
from spanglass.record.handle import current_span, evaluation
from spanglass.runtime import SCOPE, runtime
from spanglass.safety import wall
from spanglass.version import VERSION

_SAMPLED = otel.TraceFlags(otel.TraceFlags.SAMPLED)


def score(
    name: str,
    value: float | bool | None = None,
    label: str | None = None,
    explanation: str | None = None,
    *,
    trace_id: str | None = None,
    span_id: str | None = None,
) -> None:
    """Scores the current span, or with `trace_id` and `span_id` (hex, as the handle gives them) one that has
    ended.

    Give a `value`, a `label` or both.
    """
    try:
        if trace_id is None and span_id is None:
            current_span().score(name, value, label, explanation)
        else:
            event = evaluation(name, value, label, explanation)
            _score_ended(name, event, _target(trace_id, span_id))
    except Exception as error:  # noqa: BLE001 - the SDK safety wall
        wall.caught("score", error)


def _target(trace_id: str | None, span_id: str | None) -> otel.SpanContext:
    target = otel.SpanContext(int(trace_id or "0", 16), int(span_id or "0", 16), is_remote=True, trace_flags=_SAMPLED)
    if not target.is_valid:
        raise ScoreTargetError(f"trace_id={trace_id!r} and span_id={span_id!r} must both be non-zero hex ids")
    return target


def _score_ended(name: str, event: dict[str, Any], target: otel.SpanContext) -> None:
    """An ended span takes no more events, so a span without length carries it. Scores are ours: they go to
    our exporter alone, also beside a provider the application configured."""
    runtime.tracer or runtime.start_lazily()
    parent = otel.set_span_in_context(otel.NonRecordingSpan(target), otel_context.get_current())
    now = runtime.provider.source.now()
    span = runtime.provider.get_tracer(SCOPE, VERSION).start_span(
        f"score {name}",
        parent,
        attributes={names.SCORE_TARGET: otel.format_span_id(target.span_id)},
        start_time=now,
    )
    span.add_event(names.EVALUATION_EVENT, event, now)
    span.end(now)
