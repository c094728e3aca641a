"""A function whose arguments and result go through a guard: plain, async, or a generator of either kind."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from spanglass.guarded.decision import Action, Decision, Found, masked, strongest
from spanglass.guarded.guard import guard
from spanglass.guarded.stream import HeldBack
from spanglass.guarded.texts import Unreadable, texts_of, with_texts


def guarded_function(by: guard, function: Callable[..., Any]) -> Callable[..., Any]:
    """The wrapper that fits what `function` is."""
    if inspect.isasyncgenfunction(function):
        return _async_generator(by, function)
    if inspect.isgeneratorfunction(function):
        return _generator(by, function)
    if inspect.iscoroutinefunction(function):
        return _coroutine(by, function)
    return _plain(by, function)


def _plain(by: guard, function: Callable[..., Any]) -> Callable[..., Any]:
    def checked(*args: Any, **kwargs: Any) -> Any:
        try:
            given = (args, kwargs)
            args, kwargs = _applied(given, by.decide(texts_of(given, strict=False), "input"))
            result = function(*args, **kwargs)
            if isinstance(result, Iterator):
                return _stream(by, result)
            texts, unreadable = _readable(by, result)
            return _applied(result, unreadable or by.decide(texts, "output"), of_result=True)
        except _Stop as stop:
            return by.refuse(stop.decision)

    return checked


def _coroutine(by: guard, function: Callable[..., Any]) -> Callable[..., Any]:
    async def checked(*args: Any, **kwargs: Any) -> Any:
        try:
            given = (args, kwargs)
            args, kwargs = _applied(given, await by.decide_async(texts_of(given, strict=False), "input"))
            result = await function(*args, **kwargs)
            if isinstance(result, AsyncIterator):
                return _async_stream(by, result)
            texts, unreadable = _readable(by, result)
            return _applied(result, unreadable or await by.decide_async(texts, "output"), of_result=True)
        except _Stop as stop:
            return by.refuse(stop.decision)

    return checked


def _generator(by: guard, function: Callable[..., Any]) -> Callable[..., Any]:
    def checked(*args: Any, **kwargs: Any) -> Iterator[Any]:
        given = (args, kwargs)
        try:
            args, kwargs = _applied(given, by.decide(texts_of(given, strict=False), "input"))
        except _Stop as stop:
            yield by.refuse(stop.decision)
            return
        yield from _stream(by, function(*args, **kwargs))

    return checked


def _async_generator(by: guard, function: Callable[..., Any]) -> Callable[..., Any]:
    async def checked(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        given = (args, kwargs)
        try:
            args, kwargs = _applied(given, await by.decide_async(texts_of(given, strict=False), "input"))
        except _Stop as stop:
            yield by.refuse(stop.decision)
            return
        async for item in _async_stream(by, function(*args, **kwargs)):
            yield item

    return checked


class _Stop(Exception):
    """A decision to block, on its way to `refuse`: no exception of the guarded function can be taken for it."""

    def __init__(self, decision: Decision) -> None:
        self.decision = decision


def _readable(by: guard, result: Any) -> tuple[list[str], Decision | None]:
    try:
        return texts_of(result, strict=True), None
    except Unreadable as error:
        return [], by.failed("output", str(error))


def _applied(value: Any, decision: Decision, *, of_result: bool = False) -> Any:
    """The value with what is to be masked masked. Raises _Stop."""
    if decision.action == "block":
        raise _Stop(decision)
    if decision.action != "mask":
        return value
    numbers = iter(range(1 << 62))
    return with_texts(value, lambda text: _masked_one(text, next(numbers), decision.found), strict=of_result)


def _masked_one(text: str, number: int, found: tuple[Found, ...]) -> str:
    own = [one for one in found if one.text == number]
    return masked(text, own) if own else text


class _Stream:
    """What a stream found so far; decided and recorded once, at its end."""

    def __init__(self, by: guard) -> None:
        self._by = by
        self._found: dict[tuple[str, str], Found] = {}
        self._errors: dict[str, None] = {}
        self._elapsed_ms = 0.0
        self._action: Action = "allow"
        self._is_noted = False
        self.held = HeldBack(self._inspect, by.window)

    def _inspect(self, text: str) -> tuple[Found, ...]:
        decision = self._by.decide([text], "output", recorded=False)
        self._take(decision)
        return decision.found

    def _take(self, decision: Decision) -> None:
        self._elapsed_ms += decision.elapsed_ms
        self._action = strongest([self._action, decision.action])
        self._found |= {(one.check, one.kind): one for one in decision.found}
        if decision.error:
            self._errors[decision.error] = None
        if decision.action == "block":
            raise _Stop(decision)

    def passes(self, item: Any) -> bool:
        """False for text, which is held back; an item that is none is passed on where `on_error` lets it."""
        if isinstance(item, str):
            return False
        decision = self._by.failed("output", f"a stream of {type(item).__name__} cannot be read", recorded=False)
        self._take(decision)
        return True

    def note(self) -> None:
        if not self._is_noted:
            self._is_noted = True
            found, errors = tuple(self._found.values()), "; ".join(self._errors)
            self._by.note(Decision("output", self._action, found, errors, self._elapsed_ms))


def _stream(by: guard, items: Iterator[Any]) -> Iterator[Any]:
    stream = _Stream(by)
    try:
        for item in items:
            if stream.passes(item):
                yield item
            elif ready := stream.held.add(item):
                yield ready
        if ready := stream.held.rest():
            yield ready
    except _Stop as stop:
        yield by.refuse(stop.decision)
    finally:
        stream.note()
        if close := getattr(items, "close", None):
            close()


async def _async_stream(by: guard, items: AsyncIterator[Any]) -> AsyncIterator[Any]:
    """As `_stream`; what is due for a check waits for it in another thread."""
    from asyncio import to_thread

    stream = _Stream(by)
    try:
        async for item in items:
            if stream.passes(item):
                yield item
            elif stream.held.is_due(item):
                if ready := await to_thread(stream.held.add, item):
                    yield ready
            else:
                stream.held.add(item)
        if ready := await to_thread(stream.held.rest):
            yield ready
    except _Stop as stop:
        yield by.refuse(stop.decision)
    finally:
        stream.note()
        if close := getattr(items, "aclose", None):
            await close()
