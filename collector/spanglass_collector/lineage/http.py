"""Lifecycle records over HTTP, on the OTLP/HTTP port.

    POST /api/v1/records                        JSON Lines (record.py); answers {"stored": n} once they are stored
    POST /api/v1/prompts/{name}                 {"template", "config", "who", "why"}: a version, numbered
    GET  /api/v1/prompts/{name}?version=|label= one version; without either the newest
    PUT  /api/v1/prompts/{name}/labels/{label}  {"version", "who"}: points the label

Errors are problems (RFC 9457), as everywhere below /api/v1; `detail` says what was wrong and what to do: 400 never
retry, 404 no such prompt, 503 try again.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timezone
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from spanglass_collector.access import Access, Scope
from spanglass_collector.lineage import prompts
from spanglass_collector.lineage.prompts import Draft
from spanglass_collector.lineage.record import MAX_TEXT
from spanglass_collector.lineage.write import parse, write
from spanglass_collector.receive.bodies import Bodies
from spanglass_collector.rest.problem import ProblemRoute
from spanglass_collector.store.connect import ClickHouseStore

T = TypeVar("T")
OpenStore = Callable[[], ClickHouseStore]


class PromptDraft(BaseModel):
    """Body of a new prompt version. `template`: text, or a list of chat messages."""

    model_config = ConfigDict(extra="forbid")
    template: Annotated[str, Field(max_length=MAX_TEXT)] | list[dict[str, JsonValue]]
    config: dict[str, JsonValue] = {}
    who: str = ""
    why: str = ""

    def named(self, prompt: str) -> Draft:
        template = self.template if isinstance(self.template, str) else _compact(self.template)
        return Draft(prompt, template, _compact(self.config) if self.config else "", self.who, self.why)


class LabelTarget(BaseModel):
    """Body of a label."""

    model_config = ConfigDict(extra="forbid")
    version: Annotated[int, Field(ge=1)]
    who: str = ""


def lineage_router(access: Access, open_store: OpenStore, *, bodies: Bodies) -> APIRouter:
    """The four routes. `open_store` gives each request a connection of its own."""
    router = APIRouter(prefix="/api/v1", tags=["lifecycle"], route_class=ProblemRoute)

    async def answer(request: Request, work: Callable[[ClickHouseStore, str], Any]) -> Response:
        scope = Scope.READ if request.method == "GET" else Scope.INGEST
        project = access.admit(request.headers, scope).project
        return _json(await asyncio.to_thread(_in_store, open_store, lambda store: work(store, project)))

    @router.post("/records")
    async def records(request: Request) -> Response:
        # Who may not send is told before the body is read.
        project = access.admit(request.headers, Scope.INGEST).project
        encoding = request.headers.get("content-encoding", "").strip().lower()
        parsed = parse(await bodies.read(request.stream(), encoding))
        stored = await asyncio.to_thread(_in_store, open_store, lambda store: write(store, project, parsed))
        return _json({"stored": stored})

    @router.post("/prompts/{prompt}")
    async def create_prompt(prompt: str, draft: PromptDraft, request: Request) -> Response:
        named = draft.named(prompt)
        return await answer(request, lambda store, project: _shown(prompts.create(store, project, named, _now())))

    @router.get("/prompts/{prompt}")
    async def get_prompt(prompt: str, request: Request, version: int | None = None, label: str = "") -> Response:
        def find(store: ClickHouseStore, project: str) -> dict[str, Any]:
            return _shown(prompts.get(store, project, prompt, version=version, label=label))

        return await answer(request, find)

    @router.put("/prompts/{prompt}/labels/{label}")
    async def label_prompt(prompt: str, label: str, target: LabelTarget, request: Request) -> Response:
        def point(store: ClickHouseStore, project: str) -> dict[str, Any]:
            at = _now()
            return _shown(prompts.set_label(store, project, prompt, label, target.version, who=target.who, at=at))

        return await answer(request, point)

    return router


def _in_store(open_store: OpenStore, work: Callable[[ClickHouseStore], T]) -> T:
    with open_store() as store:
        return work(store)


def _shown(prompt: prompts.Prompt) -> dict[str, Any]:
    return asdict(prompt)


def _json(answer: Any) -> Response:
    return Response(json.dumps(answer), media_type="application/json")


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
