"""One traced call, from its arguments to its result or exception.

Everything here runs in the application's thread and is written once against OpenTelemetry's `Span`, so that
it is the same for our spans and for those of a provider the application configured.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar, get_args

from opentelemetry import context as otel_context
from opentelemetry import trace as otel

from spanglass import attributes as names
from spanglass.capture.arguments import Parameters
from spanglass.capture.policy import OVERRIDE, Override, in_force
from spanglass.capture.snapshot import snapshot
from spanglass.record.handle import attribute_of, record_model_call, set_input, set_output
from spanglass.record.span import message_of, type_name
from spanglass.runtime import runtime
from spanglass.safety import wall

R = TypeVar("R")
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
    override: Override | None = None

    def captures_content(self) -> bool:
        """False in metadata mode, said by the function or else by the policy in force."""
        said = None if self.override is None else self.override.capture
        return not in_force.policy.metadata_only if said is None else said == "full"

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
    """An open span and its plan. `with begin(...) as call: return call.returned(function(...))` is a whole traced
    call; the span ends when the block is left, and nothing of ours is raised. Never stands around a `yield`: that is
    what `Current` is for."""

    __slots__ = ("_result", "_token", "plan", "span")

    def __init__(self, plan: Plan, span: otel.Span) -> None:
        self.span = span
        self.plan = plan
        self._result: object = None

    def __enter__(self) -> Call:
        self._token = otel_context.attach(otel.set_span_in_context(self.span))
        return self

    def returned(self, result: R) -> R:
        """Remembers the result until the block is left; gives back the very same object."""
        self._result = result
        return result

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> None:
        try:  # noqa: SIM105 - `suppress` costs a third of a microsecond on every call
            self._token.var.reset(self._token)
        except ValueError:  # a coroutine closed in another context, where the span was never current
            pass
        if error is None or isinstance(error, GeneratorExit):  # a coroutine dropped half-way has not failed
            self.succeed(self._result)
        else:
            self.fail(error)

    def succeed(self, result: object) -> None:
        ended_ns = time.time_ns()  # what follows is our work, not the function's
        try:
            if result is not None and self._captures_output():
                self._record_output(snapshot(result))
            self.span.end(ended_ns)
        except Exception as error:  # noqa: BLE001 - the SDK safety wall
            wall.caught("succeed", error)

    def succeed_with_json(self, text: str | None) -> None:
        """Like `succeed`, for output that is JSON text already."""
        try:
            if text is not None and self._captures_output():
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

    def _captures_output(self) -> bool:
        return self.plan.captures_output and self.plan.captures_content() and self.span.is_recording()

    def _record_output(self, text: str) -> None:
        span, is_tool = self.span, self.plan.is_tool
        said = attribute_of(span, names.TOOL_RESULT if is_tool else names.OUTPUT_VALUE)
        if said is None:  # `update(output=...)` knows better than the return value
            set_output(span, text, is_tool)


def begin(plan: Plan, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Call:
    """Opens the span and records the arguments. Never raises an `Exception`."""
    try:
        tracer = runtime.tracer or runtime.start_lazily()
        span = tracer.start_span(plan.name, None, plan.otel_kind, plan.constants)
        if span.is_recording():
            if plan.override is not None:
                setattr(span, OVERRIDE, plan.override)
            if (args or kwargs) and plan.captures_input and plan.captures_content():
                record_input(span, plan, args, kwargs)
    except Exception as error:  # noqa: BLE001 - the SDK safety wall
        wall.caught("begin", error)
        return Call(plan, otel.INVALID_SPAN)
    return Call(plan, span)


def record_input(span: otel.Span, plan: Plan, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    """The arguments by parameter name, as JSON text; nothing when only `self` was passed.

    Of a model call, `messages` become its input messages and a `model` its request model.
    """
    try:
        named = plan.parameters.name(args, kwargs)
        if plan.kind == "llm":
            named = record_model_call(span, named)
        if named:
            set_input(span, snapshot(named), plan.is_tool)
    except Exception as error:  # noqa: BLE001 - the SDK safety wall
        wall.caught("record_input", error)


def record_failure(span: otel.Span, error: BaseException) -> None:
    """Exception event, `error.type` and ERROR status; the exception object is only read."""
    if span.is_recording():
        span.record_exception(error)
        span.set_attribute(names.ERROR_TYPE, type_name(error))
        span.set_status(otel.Status(otel.StatusCode.ERROR, message_of(error) or type(error).__name__))
