"""Judgements by people and programs, as rows of `scores`."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta, timezone
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from spanglass_collector.errors import NotFound
from spanglass_collector.rest.ask import statement
from spanglass_collector.store.contract import Store

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_COLUMNS = (
    "Project", "ScoredAt", "TargetKind", "TraceId", "SpanId", "SessionId", "TargetTime", "Name", "Value", "Label",
    "Explanation", "Evaluator", "ConfigDigest", "Source",
)  # fmt: skip
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Feedback(BaseModel):
    """One judgement of a trace, of one of its spans, or of a session."""

    model_config = ConfigDict(extra="forbid")
    trace_id: Annotated[str, Field(pattern="^([0-9a-f]{32})?$")] = ""
    span_id: Annotated[str, Field(pattern="^([0-9a-f]{16})?$")] = ""
    session_id: Annotated[str, Field(max_length=1000)] = ""
    name: Name = "feedback"
    thumb: Literal["up", "down"] | None = None
    """Short for value 1 or 0 with label 'up' or 'down'."""
    value: Annotated[float, Field(allow_inf_nan=False)] | None = None
    label: Annotated[str, Field(max_length=200)] = ""
    comment: Annotated[str, Field(max_length=20_000)] = ""
    author: Annotated[str, Field(max_length=200)] = ""
    """Who judges: one author has one judgement of this name for a target, the last one."""
    source: Literal["human", "api"] = "human"
    id: Annotated[str, Field(max_length=200)] = ""
    """Tells several judgements of one author apart; sent again, it replaces the one before."""

    @model_validator(mode="after")
    def _check(self) -> Feedback:
        if bool(self.trace_id) == bool(self.session_id) or (self.span_id and not self.trace_id):
            raise ValueError("name one target: trace_id, trace_id with span_id, or session_id")
        if self.thumb and (self.value is not None or self.label):
            raise ValueError("thumb stands for value and label: leave those out")
        if self.thumb is None and self.value is None and not (self.label or self.comment):
            raise ValueError("say something: thumb, value, label or comment")
        return self

    @property
    def target(self) -> str:
        return "session" if self.session_id else "span" if self.span_id else "trace"

    @property
    def digest(self) -> str:
        """Tells this judgement from others of the same name, author and target."""
        return hashlib.sha256(self.id.encode()).hexdigest()[:16] if self.id else ""


def store_feedback(store: Store, project: str, feedback: Feedback, now: datetime) -> str:
    """Returns the judgement's id. Raises NotFound for a target that is not stored, StoreError."""
    parameters = {"trace": feedback.trace_id, "span": feedback.span_id, "session": feedback.session_id}
    start_ns, spans = store.query(statement("target_time"), {"project": project, **parameters}).result_rows[0]
    if not spans:
        raise NotFound(f"this {feedback.target} is not stored in project {project!r}; spans arrive within seconds")
    started = EPOCH + timedelta(microseconds=int(start_ns) // 1000)
    value = {"up": 1.0, "down": 0.0}.get(feedback.thumb or "", feedback.value)
    row = [
        project, now, feedback.target, feedback.trace_id, feedback.span_id, feedback.session_id, started,
        feedback.name, value, feedback.thumb or feedback.label, feedback.comment, feedback.author or "feedback",
        feedback.digest, feedback.source,
    ]  # fmt: skip
    store.insert("scores", [row], _COLUMNS)
    return _id(project, feedback)


def _id(project: str, feedback: Feedback) -> str:
    parts = (
        project, feedback.target, feedback.trace_id, feedback.span_id, feedback.session_id, feedback.name,
        feedback.author, feedback.source, feedback.id,
    )  # fmt: skip
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
