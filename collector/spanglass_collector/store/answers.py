"""Scores that say which answer they judge by `gen_ai.response.id` alone find its span.

Such an event has no trace context: it comes from a process that saw the answer and not the call. The score is stored
at once without a span; when the span is there the row is written again with it, and the one without is deleted. A crash
between the two leaves both until the next look, which does the same again: the row with the span is the same row.
"""

from __future__ import annotations

from importlib.resources import files

from spanglass_collector.store.contract import Store

LIMIT = 5_000
"""Most scores that are written again at once."""
DAY_S = 86_400
_WITHOUT = "ResponseId != '' AND TraceId = '' AND SpanId = ''"
_WAITING = f"{_WITHOUT} AND TargetTime > now64(9) - toIntervalSecond({{waiting_s:UInt32}})"
_ROW = "sipHash64(Project, ResponseId, Name, TargetTime, Evaluator, EvaluatorVersion, ConfigDigest, Source)"
_CHOSEN = f"{_WITHOUT} AND has({{rows:Array(UInt64)}}, {_ROW})"


def find_judged_answers(store: Store, waiting_s: int, back_s: int = DAY_S) -> int:
    """Returns how many scores have found their span.

    `waiting_s`: scores older than this are looked at no more. `back_s`: how old a judged span may be; a look costs one
    column of the spans since then, and nothing while no score waits.
    """
    bound = {"waiting_s": waiting_s, "back_s": back_s}
    if not store.query(f"SELECT 1 FROM scores WHERE {_WAITING} LIMIT 1", bound).result_rows:  # noqa: S608
        return 0
    answers = files(__package__).joinpath("queries/judged_answers.sql").read_text(encoding="utf-8")
    answers = answers.replace("{waiting}", _WAITING)
    known = f"(Project, ResponseId) IN (SELECT Project, ResponseId FROM ({answers}))"  # noqa: S608
    rows = store.query(f"SELECT {_ROW} FROM scores WHERE {_WAITING} AND {known} LIMIT {LIMIT}", bound).result_rows  # noqa: S608
    if rows:
        chosen = {**bound, "rows": [int(row[0]) for row in rows]}
        store.command(
            "INSERT INTO scores SELECT s.* REPLACE (a.InTrace AS TraceId, a.OnSpan AS SpanId, "  # noqa: S608
            f"a.InSession AS SessionId, a.At AS TargetTime, '' AS TargetId) "
            f"FROM (SELECT * FROM scores WHERE {_CHOSEN}) AS s "
            f"INNER JOIN ({answers}) AS a ON s.Project = a.Project AND s.ResponseId = a.ResponseId",
            chosen,
        )
        store.command(f"DELETE FROM scores WHERE {_CHOSEN}", chosen)  # noqa: S608
    return len(rows)
