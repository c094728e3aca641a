"""The routes under /api/v1. Each names a scope, a statement and its values; the key's project goes into every one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timezone
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, FastAPI, Path, Request, Response
from fastapi.openapi.utils import get_openapi

from spanglass_collector.access import ALL_PROJECTS, PROJECT_HEADER, Access, Grant, Scope
from spanglass_collector.errors import NotFound
from spanglass_collector.rest import shapes
from spanglass_collector.rest.ask import Ask, Row
from spanglass_collector.rest.cursor import Cursor
from spanglass_collector.rest.feedback import Feedback, store_feedback
from spanglass_collector.rest.filters import MAX_NS, Limit, Span, Spans, Text, TraceFilter
from spanglass_collector.rest.problem import ProblemRoute
from spanglass_collector.rest.tree import depth_first

TRACE_SPANS = 10_000
"""Most spans of one trace in one answer."""
TraceId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
SpanId = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]
By = Literal["model", "provider", "service", "environment", "kind", "prompt_version", "day", "user", "session"]


def rest_router(access: Access, ask: Ask) -> APIRouter:
    """All routes; `ask` reaches the store."""
    router = APIRouter(prefix="/api/v1", route_class=ProblemRoute, tags=["data"], responses=_PROBLEMS)

    def may(scope: Scope) -> Callable[[Request], Awaitable[Grant]]:
        async def check(request: Request) -> Grant:
            named = request.query_params.get("project")
            headers = {**request.headers, **({PROJECT_HEADER: named} if named else {})}
            return access.admit(headers, scope)

        return check

    reader = Depends(may(Scope.READ))
    _add_lists(router, ask, reader)
    _add_traces(router, ask, reader)
    _add_scores(router, ask, reader, Depends(may(Scope.EVALUATE)))
    return router


def add_openapi(app: FastAPI) -> None:
    """The description of everything under /api/v1, as a document; no page that would load scripts from elsewhere."""

    @app.get("/api/v1/openapi.json", include_in_schema=False)
    async def openapi() -> Response:
        described = get_openapi(title="Spanglass", version="v1", routes=app.routes)
        paths = {path: item for path, item in described["paths"].items() if path.startswith("/api/v1/")}
        return _json({**described, "paths": paths})


def _add_lists(router: APIRouter, ask: Ask, reader: Any) -> None:
    @router.get("/projects", response_model=shapes.Rows[shapes.Project])
    async def projects(grant: Grant = reader) -> Response:
        """The projects this key may read that hold spans."""
        visible = grant.key.project if grant.key.project != ALL_PROJECTS else "*"
        return _json({"items": await ask.rows("projects", {"project": visible})})

    @router.get("/sessions", response_model=shapes.Page[shapes.Session])
    async def sessions(
        span: Spans, limit: Limit = 50, user: Text = "", cursor: Text = "", grant: Grant = reader
    ) -> Response:
        """Sessions with spans in the time range, the latest first."""
        before = Cursor.parse(cursor, span.to_ns)
        values = _values(grant, span, limit + 1) | {"user": user}
        page = values | {"before_ns": before.before_ns, "before_id": before.before_id}
        items, after = _cut(await _latest_sessions(ask, page), limit, ("last_ns", "session_id"))
        return _json({"items": await _with_totals(ask, "session_id", values, items), "next": after})

    @router.get("/usage", response_model=shapes.Rows[shapes.Usage])
    async def usage(span: Spans, by: By = "model", limit: Limit = 100, grant: Grant = reader) -> Response:
        """Calls, tokens and cost, the most expensive first."""
        name = "usage_of_people" if by in ("user", "session") else "usage"
        return _json({"items": await ask.rows(name, _values(grant, span, limit) | {"by": by})})

    @router.get("/windows", response_model=shapes.Rows[shapes.Window])
    async def windows(
        span: Spans, limit: Limit = 100, name: Text = "", feature: Text = "", drifted: bool = False,
        grant: Grant = reader,
    ) -> Response:  # fmt: skip
        """Judgements of windows and cohorts: drift, gaps between groups."""
        values = {"name": name, "feature": feature, "drifted": int(drifted)}
        return _json({"items": await ask.rows("windows", _values(grant, span, limit) | values)})

    @router.get("/alerts", response_model=shapes.Rows[shapes.AnyRow])
    async def alerts(
        state: Literal["", "pending", "firing", "resolved"] = "", limit: Limit = 100, grant: Grant = reader
    ) -> Response:
        """What the alert rules say now."""
        values = {"project": grant.project, "state": state, "limit": limit}
        return _json({"items": await ask.rows("alerts", values)})


def _add_traces(router: APIRouter, ask: Ask, reader: Any) -> None:
    @router.get("/traces", response_model=shapes.Page[shapes.TraceHead])
    async def traces(
        span: Spans, having: Annotated[TraceFilter, Depends()], limit: Limit = 50, cursor: Text = "",
        grant: Grant = reader,
    ) -> Response:  # fmt: skip
        """Traces by their root span, the newest first; filters on spans hold when any one span fits them all."""
        before = Cursor.parse(cursor, span.to_ns)
        values = _values(grant, span, limit + 1) | having.values()
        rows = await ask.rows("traces", values | {"before_ns": before.before_ns, "before_id": before.before_id})
        items, after = _cut(rows, limit, ("start_ns", "trace_id"))
        return _json({"items": await _with_totals(ask, "trace_id", {"project": grant.project}, items), "next": after})

    @router.get("/traces/{trace_id}", response_model=shapes.Trace)
    async def trace(trace_id: TraceId, grant: Grant = reader) -> Response:
        """One trace: its spans as a tree, and every judgement of it."""
        values = {"project": grant.project, "trace": trace_id, "limit": TRACE_SPANS + 1}
        spans, scores = await asyncio.gather(
            ask.rows("trace", values), ask.rows("scores", _all_scores(grant.project, trace_id))
        )
        if not spans:
            raise NotFound(f"no trace {trace_id} in project {grant.project!r}")
        tree = depth_first(spans[:TRACE_SPANS])
        return _json({"trace_id": trace_id, "spans": tree, "scores": scores, "is_cut": len(spans) > TRACE_SPANS})

    @router.get("/spans/{trace_id}/{span_id}", response_model=shapes.AnyRow)
    async def one_span(trace_id: TraceId, span_id: SpanId, grant: Grant = reader) -> Response:
        """One span with all its texts and attributes."""
        rows = await ask.rows("span", {"project": grant.project, "trace": trace_id, "span": span_id})
        if not rows:
            raise NotFound(f"no span {span_id} of trace {trace_id} in project {grant.project!r}")
        return _json(rows[0])


def _add_scores(router: APIRouter, ask: Ask, reader: Any, judge: Any) -> None:
    @router.get("/scores", response_model=shapes.Page[shapes.Score])
    async def scores(
        span: Spans, limit: Limit = 100, cursor: Text = "", name: Text = "", evaluator: Text = "", source: Text = "",
        label: Text = "", trace: Text = "", session: Text = "", grant: Grant = reader,
    ) -> Response:  # fmt: skip
        """Judgements of targets in the time range, the latest judgement first."""
        values = {"name": name, "evaluator": evaluator, "source": source, "label": label}
        values |= {"trace": trace, "session": session}
        # A judgement may come any time after its target: no upper bound by the time range.
        begin = Cursor.parse(cursor, _FOREVER_NS)
        return await _page(ask, "scores", grant, span, limit, str(begin), ("scored_ns", "id"), values)

    @router.post("/scores", response_model=shapes.Stored, status_code=201)
    async def judge_target(feedback: Feedback, grant: Grant = judge) -> Response:
        """Store feedback. Answered when it is stored; sending it again changes nothing."""
        now = datetime.now(timezone.utc)
        return _json({"id": await ask.work(lambda store: store_feedback(store, grant.project, feedback, now))}, 201)


_FOREVER_NS = MAX_NS
_FIRST_STRETCH_NS = 600_000_000_000
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": shapes.Problem, "description": text}
    for status, text in (
        (401, "no key, or a wrong one"),
        (403, "the key may not do this"),
        (404, "not in this project"),
        (422, "a parameter is wrong"),
        (429, "the key's quota is used up"),
        (503, "try again"),
    )
}


async def _page(
    ask: Ask, name: str, grant: Grant, span: Span, limit: int, cursor: str, key: tuple[str, str], values: Row
) -> Response:
    before = Cursor.parse(cursor, span.to_ns)
    values = _values(grant, span, limit + 1) | values
    rows = await ask.rows(name, values | {"before_ns": before.before_ns, "before_id": before.before_id})
    items, after = _cut(rows, limit, key)
    return _json({"items": items, "next": after})


def _values(grant: Grant, span: Span, limit: int) -> Row:
    return {"project": grant.project, "from_ns": span.from_ns, "to_ns": span.to_ns, "limit": limit}


def _cut(rows: Sequence[Row], limit: int, key: tuple[str, str]) -> tuple[list[Row], str | None]:
    """(items, cursor of the next page): one row more than asked for says that there is one."""
    items = list(rows[:limit])
    after = str(Cursor(*(items[-1][name] for name in key))) if len(rows) > limit else None
    return items, after


async def _latest_sessions(ask: Ask, page: Row) -> list[Row]:
    """The sessions of a page, looked for in ever longer stretches before its beginning until it is full: what FINAL
    costs grows with the stretch.
    """
    stretch_ns, end_ns = _FIRST_STRETCH_NS, min(page["before_ns"], page["to_ns"])
    while True:
        start_ns = max(page["from_ns"], end_ns - stretch_ns)
        rows = await ask.rows("sessions", page | {"start_ns": start_ns})
        if len(rows) >= page["limit"] or start_ns == page["from_ns"]:
            return rows
        stretch_ns *= 8


async def _with_totals(
    ask: Ask, key: Literal["trace_id", "session_id"], values: Row, heads: Sequence[Row]
) -> list[Row]:
    """What a list is sorted by is the heads', so that it fits the cursor when spans come in between."""
    if not heads:
        return []
    name = f"{key.removesuffix('_id')}_totals"
    totals = await ask.rows(name, values | {"ids": [head[key] for head in heads]})
    by_id = {row[key]: row for row in totals}
    # What retention removes between the two statements is left out.
    return [by_id[head[key]] | head for head in heads if head[key] in by_id]


def _all_scores(project: str, trace_id: str) -> Row:
    nothing = dict.fromkeys(("name", "evaluator", "source", "label", "session"), "")
    times = {"from_ns": 0, "to_ns": _FOREVER_NS, "before_ns": _FOREVER_NS, "before_id": ""}
    return {"project": project, "trace": trace_id, "limit": 10_000} | nothing | times


def _json(body: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS), status, media_type="application/json")
