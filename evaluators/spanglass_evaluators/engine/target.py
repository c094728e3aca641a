"""What a judgement belongs to: the identity of its row in `scores`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """A span; or a trace (no span id), a session (no trace id), a dataset item (`item_id`).

    `time_ns`: start of the span, or of the first span that was known when the trace or session was first judged:
    it is a part of the row's identity and never changes. `spans`: how many a trace or session had.
    """

    project: str
    time_ns: int
    trace_id: str
    span_id: str
    session_id: str
    kind: str = "span"
    spans: int = 0
    item_id: str = ""
