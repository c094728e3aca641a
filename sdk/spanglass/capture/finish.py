"""The last look at a finished span before it is encoded, in the exporter's thread: reads model replies, then
applies the policy to everything that is content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from spanglass import attributes as names
from spanglass.capture.content import refine_attributes, refine_text
from spanglass.capture.messages import to_parts_messages
from spanglass.capture.policy import Policy, in_force
from spanglass.capture.reply import reply_attributes

if TYPE_CHECKING:
    from opentelemetry.trace import SpanContext, SpanKind

    from spanglass.contract import Event, FinishedSpan, Link, Origin, Scope


@dataclass(frozen=True, slots=True)
class RefinedEvent:
    """An event as it may leave."""

    name: str
    timestamp: int
    attributes: Mapping[str, Any] | None


class Refined:
    """A finished span as it may leave; what is not content is read from the span itself."""

    __slots__ = ("_span", "attributes", "events", "status")

    def __init__(self, span: FinishedSpan, attributes: Mapping[str, Any], events: Sequence[Event], status: Any) -> None:
        self._span = span
        self.attributes: Mapping[str, Any] | None = attributes
        self.events: Sequence[Event] = events
        self.status = status

    @property
    def name(self) -> str:
        return self._span.name

    @property
    def context(self) -> SpanContext | None:
        return self._span.context

    @property
    def parent(self) -> SpanContext | None:
        return self._span.parent

    @property
    def kind(self) -> SpanKind:
        return self._span.kind

    @property
    def start_time(self) -> int | None:
        return self._span.start_time

    @property
    def end_time(self) -> int | None:
        return self._span.end_time

    @property
    def links(self) -> Sequence[Link]:
        return self._span.links

    @property
    def resource(self) -> Origin:
        return self._span.resource

    @property
    def instrumentation_scope(self) -> Scope | None:
        return self._span.instrumentation_scope


def finish(span: FinishedSpan) -> FinishedSpan:
    """The span as it may leave; the span itself when nothing had to change. Raises nothing expected."""
    policy = in_force.of(span)
    before = span.attributes or {}
    attributes = refine_attributes(read_model_call(before), policy)
    events = _events(span.events, policy) if span.events else span.events
    status = _status(span.status, policy) if span.status.description else span.status
    if attributes is before and events is span.events and status is span.status:
        return span
    return Refined(span, attributes, events, status)


def read_model_call(attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    """A model call's `messages` argument and its reply, under the names of the conventions.

    What the application said itself (`update(...)`) is not overwritten.
    """
    if attributes.get(names.KIND) != "llm":
        return attributes
    found: dict[str, Any] = {}
    messages = attributes.get(names.CALL_MESSAGES)
    if messages is not None:
        found[names.INPUT_MESSAGES] = orjson.dumps(to_parts_messages(orjson.loads(messages))).decode()
    output = attributes.get(names.OUTPUT_VALUE)
    if type(output) is str:
        found.update(reply_attributes(output))
    if not found:
        return attributes
    return {**found, **{key: value for key, value in attributes.items() if key != names.CALL_MESSAGES}}


def _events(events: Sequence[Event], policy: Policy) -> Sequence[Event]:
    refined = [RefinedEvent(event.name, event.timestamp, _event_attributes(event, policy)) for event in events]
    unchanged = all(new.attributes is old.attributes for new, old in zip(refined, events, strict=True))
    return events if unchanged else refined


def _event_attributes(event: Event, policy: Policy) -> Mapping[str, Any] | None:
    return refine_attributes(event.attributes, policy) if event.attributes else event.attributes


def _status(status: Any, policy: Policy) -> Any:
    """The description is the exception's message, so it is content too."""
    description = status.description
    refined = None if policy.metadata_only else refine_text(description, policy)
    return status if refined is description else type(status)(status.status_code, refined)
