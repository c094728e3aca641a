"""`feedback(...)`: what a person thought of an answer, as rows of `scores`.

A thumb is the score `feedback` with value 1 or 0 and label `up` or `down`; a rating keeps its name and number; a
correction is the score `correction` whose explanation is the better answer, which `spanglass dataset from-traces` turns
into preference pairs. `docs/lifecycle.md` lists them.
"""

from __future__ import annotations

from typing import Literal

from spanglass.traced.score import score

Thumb = Literal["up", "down"]


def feedback(
    thumb: Thumb | None = None,
    *,
    score_value: float | None = None,
    name: str = "feedback",
    label: str | None = None,
    comment: str | None = None,
    correction: str | None = None,
    trace_id: str | None = None,
    span_id: str | None = None,
) -> None:
    """About the current span, or with both ids (hex, as `current_span()` gave them) about one that ended.

    `score_value` is on whatever scale the application has. Nothing is ever raised.
    """
    value = score_value if thumb is None else float(thumb == "up")
    if value is not None or label or thumb or comment:
        score(name, value, label or thumb, comment, trace_id=trace_id, span_id=span_id)
    if correction is not None:
        score("correction", None, "correction", correction, trace_id=trace_id, span_id=span_id)
