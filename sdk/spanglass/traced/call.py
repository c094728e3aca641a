"""One traced call, from its arguments to its result or exception.

Everything here runs in the application's thread and is written once against OpenTelemetry's `Span`, so that
it is the same for our spans and for those of a provider the application configured.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, get_args

from opentelemetry import context as otel_context
from opentelemetry import trace as otel

from spanglass import attributes as names
from spanglass.capture.arguments import Parameters
from spanglass.capture.snapshot import snapshot
from spanglass.record.handle import attribute_of, set_input, set_output
from spanglass.record.span import message_of, type_name
from spanglass.runtime import runtime
from spanglass.safety import wall

if TYPE_CHECKING:
    from contextvars import Token

_KINDS = frozenset(get_args(names.Kind))
_CLIENT_KINDS = frozenset({"llm", "embedding", "retriever"})  # calls to another system, by the conventions


@dataclass(frozen=True, slots=True)
class Plan:
    """What is the same in every call of one function, worked out once."""

    name: str
    kind: names.Kind
    otel_kind: otel.SpanKind
    constants: Mapping[str, Any]
    parameters: Parameters
    captures_input: bool = True
    captures_output: bool = True

    @property
    def is_tool(self) -> bool:
        return self.kind == "tool"


@lru_cache(maxsize=1024)
def constants_of(name: str, kind: names.Kind) -> tuple[otel.SpanKind, Mapping[str, Any]]:
    """The span kind and the attributes that follow from name and kind. Raises ValueError for an unknown
    kind."""
    if kind not in _KINDS:
        raise ValueError(f"unknown kind {kind!r}: expected one of {', '.join(sorted(_KINDS))}")
    constants: dict[str, Any] = {names.KIND: kind}
    if kind in names.OPERATION_OF_KIND:
        constants[names.OPERATION] = names.OPERATION_OF_KIND[kind]
    if kind == "tool":
        constants[names.TOOL_NAME] = name
    if kind == "agent":
        constants[names.AGENT_NAME] = name
    return (otel.SpanKind.CLIENT if kind in _CLIENT_KINDS else otel.SpanKind.INTERNAL), constants


class Call:
    """An open span and its plan. Exactly one of `succeed`, `succeed_with_json` and `fail` ends it; none of
    them raises."""

    __slots__ = ("plan", "span")

    def __init__(self, plan: Plan, span: otel.Span) -> None:
        self.plan = plan
        self.span = span

    def activate(self) -> Token[otel_context.Context]:
        """Makes the span current; the caller detaches the token in the same context, before any yield."""
        return otel_context.attach(otel.set_span_in_context(self.span))

    def succeed(self, result: object) -> None:
        ended_ns = time.time_ns()  # what follows is our work, not the function's
        try:
            if self.plan.captures_output and result is not None:
                self._record_output(snapshot(result))
            self.span.end(ended_ns)
        except Exception as error:  # noqa: BLE001 - the SDK safety wall
            wall.caught("succeed", error)

    def succeed_with_json(self, text: str | None) -> None:
        """Like `succeed`, for output that is JSON text already."""
        try:
            if self.plan.captures_output and text is not None:
                self._record_output(text)
            self.span.end()
        except Exception as error:  # noqa: BLE001 - the SDK safety wall
            wall.caught("succeed", error)

    def fail(self, error: BaseException) -> None:
        """Records the exception and ends the span; the caller re-raises the same object."""
        try:
            record_failure(self.span, error)
            self.span.end()
        except Exception as defect:  # noqa: BLE001 - the SDK safety wall
            wall.caught("fail", defect)

    def _record_output(self, text: str) -> None:
        span, is_tool = self.span, self.plan.is_tool
        said = attribute_of(span, names.TOOL_RESULT if is_tool else names.OUTPUT_VALUE)
        if said is None and span.is_recording():  # `update(output=...)` knows better than the return value
            set_output(span, text, is_tool)


def begin(plan: Plan, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Call:
    """Opens the span and records the arguments. Never raises an `Exception`."""
    try:
        tracer = runtime.tracer or runtime.start_lazily()
        span = tracer.start_span(plan.name, None, plan.otel_kind, plan.constants)
    except Exception as error:  # noqa: BLE001 - the SDK safety wall
        wall.caught("begin", error)
        return Call(plan, otel.INVALID_SPAN)
    if plan.captures_input and (args or kwargs) and span.is_recording():
        record_input(span, plan, args, kwargs)
    return Call(plan, span)


def record_input(span: otel.Span, plan: Plan, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    """The arguments by parameter name, as JSON text; nothing when only `self` was passed."""
    try:
        if named := plan.parameters.name(args, kwargs):
            set_input(span, snapshot(named), plan.is_tool)
    except Exception as error:  # noqa: BLE001 - the SDK safety wall
        wall.caught("record_input", error)


def record_failure(span: otel.Span, error: BaseException) -> None:
    """Exception event, `error.type` and ERROR status; the exception object is only read."""
    if span.is_recording():
        span.record_exception(error)
        span.set_attribute(names.ERROR_TYPE, type_name(error))
        span.set_status(otel.Status(otel.StatusCode.ERROR, message_of(error) or type(error).__name__))
