"""Content events join their span: messages that came as log records are copied into the span's own columns.

A span may come before its events or after them, and older senders spread a conversation over many events. So what
events say is kept beside the spans (table span_content), and every few seconds the spans of which something new was
said are written again, complete: every reader finds the messages where it looks for them. The row replaces the old one
(docs/decisions/0008-content-events.md).
"""

from __future__ import annotations

from importlib.resources import files

from spanglass_collector.store.contract import Store

HORIZON_S = 600
"""Content this young is looked at every time: senders export spans and events within seconds of each other."""
LONG_HORIZON_S = 86_400
"""How long content waits for a span that was held up, in a spool or by its sender."""
LIMIT = 5_000
"""Most spans that are written again at once; their messages are in memory."""
_DAY_NS = 86_400 * 10**9
_NEAR = (
    "s.TraceId IN {trace_ids:Array(String)} AND s.Timestamp >= fromUnixTimestamp64Nano({first_ns:Int64}) "
    "AND s.Timestamp <= fromUnixTimestamp64Nano({last_ns:Int64})"
)


def join_content(store: Store, horizon_s: int = HORIZON_S) -> int:
    """Returns of how many spans content is known that no span has yet: joined now, or waiting for their span."""
    bound = {"horizon_s": horizon_s, "limit": LIMIT}
    pending = store.query(
        f"SELECT TraceId, toUnixTimestamp64Nano(First), toUnixTimestamp64Nano(Last) FROM ({_sql('pending_content')})",  # noqa: S608
        bound,
    ).result_columns
    if not pending or not pending[0]:
        return 0
    trace_ids, firsts, lasts = pending
    # An event happens during its span: spans last a day at most.
    near = {"trace_ids": list(trace_ids), "first_ns": max(0, min(firsts) - _DAY_NS), "last_ns": max(lasts) + _DAY_NS}
    for name in ("join_content", "mark_content_joined"):
        text = _sql(name).replace("{pending}", _sql("pending_content")).replace("{near}", _NEAR)
        store.command(text, {**bound, **near})
    return len(trace_ids)


def _sql(name: str) -> str:
    return files(__package__).joinpath(f"queries/{name}.sql").read_text(encoding="utf-8")
