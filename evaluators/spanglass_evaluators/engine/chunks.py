"""The parts of a current window that are judged one by one: by time, or by number of spans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from spanglass_collector.store import Store
from spanglass_evaluators.engine.window_columns import nth_times
from spanglass_evaluators.engine.windows import Bounds, WindowPlan

_SECOND_NS = 10**9
_MOST_CHUNKS = 100
"""The newest are judged; a plan that asks for more is better served by a shorter window."""


def chunks_of(store: Store, plan: WindowPlan, current: Bounds, *, project: str) -> Sequence[Bounds]:
    """The whole window where the plan has no chunks. The last chunk is left out while it may still grow."""
    if plan.chunk_rows:
        cuts = nth_times(store, current, plan.chunk_rows, project=project, at_most=_MOST_CHUNKS + 1)
        found = _between(cuts, current, is_ended=plan.current.end_ns is not None)
    elif plan.chunk_s:
        found = time_chunks(plan, current)
    else:
        found = [current]
    return found[-_MOST_CHUNKS:]


def time_chunks(plan: WindowPlan, current: Bounds) -> list[Bounds]:
    """Counted from the window's own start, or else from 1970: so that a sliding window keeps its chunks."""
    length = int(plan.chunk_s * _SECOND_NS)
    origin = 0 if plan.current.start_ns is None else current.start_ns
    first = origin + -(-(current.start_ns - origin) // length) * length
    cuts = list(range(first, current.end_ns, length))
    is_ended = plan.current.end_ns is not None or (bool(cuts) and cuts[-1] + length == current.end_ns)
    return _between(cuts, current, is_ended=is_ended)


def _between(cuts: Sequence[int], current: Bounds, *, is_ended: bool) -> list[Bounds]:
    """From each cut to the next; to the window's end only when nothing more can come."""
    ends = [*cuts[1:], current.end_ns]
    chunks = [
        replace(current, start_ns=start, end_ns=end) for start, end in zip(cuts, ends, strict=True) if start < end
    ]
    return chunks if is_ended else chunks[:-1]
