"""`@trace`: one decorator for functions, coroutines, generators, async generators and methods."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, overload

from opentelemetry import context as otel_context

from spanglass.attributes import Kind
from spanglass.capture.arguments import parameters_of
from spanglass.traced.call import Call, Plan, begin, constants_of
from spanglass.traced.stream import trace_async_generator, trace_generator

P = ParamSpec("P")
R = TypeVar("R")
Decorator = Callable[[Callable[P, R]], Callable[P, R]]


@overload
def trace(function: Callable[P, R], /) -> Callable[P, R]: ...


@overload
def trace(
    *, name: str | None = None, kind: Kind = "task", capture_input: bool = True, capture_output: bool = True
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...


def trace(
    function: Any = None,
    /,
    *,
    name: str | None = None,
    kind: Kind = "task",
    capture_input: bool = True,
    capture_output: bool = True,
) -> Any:
    """Records every call as a span: arguments, result or exception, duration. The call itself is unchanged:
    same signature, same result object, same exception object.

    `name` defaults to the function's qualified name. When decorating, raises ValueError for an unknown
    `kind` and TypeError for a class.
    """

    def decorate(target: Any) -> Any:
        if isinstance(target, (staticmethod, classmethod)):
            return type(target)(decorate(target.__func__))
        if inspect.isclass(target):
            raise TypeError(f"@trace takes functions; decorate the methods of class {target.__qualname__}")
        plan = _plan(target, name, kind, capture_input, capture_output)
        return functools.wraps(target)(_wrapper(target, plan))

    return decorate if function is None else decorate(function)


def _plan(
    function: Callable[..., Any], name: str | None, kind: Kind, capture_input: bool, capture_output: bool
) -> Plan:
    span_name = name or str(getattr(function, "__qualname__", type(function).__qualname__))
    otel_kind, constants = constants_of(span_name, kind)
    return Plan(span_name, kind, otel_kind, constants, parameters_of(function), capture_input, capture_output)


def _wrapper(function: Callable[..., Any], plan: Plan) -> Callable[..., Any]:
    if inspect.isasyncgenfunction(function):
        return trace_async_generator(function, plan)
    if inspect.isgeneratorfunction(function):
        return trace_generator(function, plan)
    if inspect.iscoroutinefunction(function):
        return _trace_coroutine(function, plan)
    return _trace_function(function, plan)


def _trace_function(function: Callable[..., Any], plan: Plan) -> Callable[..., Any]:
    def traced(*args: Any, **kwargs: Any) -> Any:
        call = begin(plan, args, kwargs)
        token = call.activate()
        try:
            result = function(*args, **kwargs)
        except BaseException as error:
            otel_context.detach(token)
            call.fail(error)
            raise
        otel_context.detach(token)
        call.succeed(result)
        return result

    return traced


def _trace_coroutine(function: Callable[..., Any], plan: Plan) -> Callable[..., Any]:
    async def traced(*args: Any, **kwargs: Any) -> Any:
        call = begin(plan, args, kwargs)
        token = call.activate()
        try:
            result = await function(*args, **kwargs)
        except BaseException as error:
            otel_context.detach(token)
            _end(call, error)
            raise
        otel_context.detach(token)
        call.succeed(result)
        return result

    return traced


def _end(call: Call, error: BaseException) -> None:
    """A coroutine that is dropped half-way (GeneratorExit) has not failed."""
    if isinstance(error, GeneratorExit):
        call.succeed(None)
    else:
        call.fail(error)
