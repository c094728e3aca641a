"""`with span("name") as s:` — a span for a part of a function."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from types import TracebackType
from typing import Any

from opentelemetry import trace as otel

from spanglass.attributes import Kind
from spanglass.capture.policy import in_force
from spanglass.capture.snapshot import snapshot
from spanglass.record.current import Current
from spanglass.record.handle import Handle, set_input
from spanglass.runtime import runtime
from spanglass.safety import wall
from spanglass.traced.call import constants_of, record_failure


class span(AbstractContextManager[Handle], AbstractAsyncContextManager[Handle]):  # noqa: N801
    """Opens a span when entered and ends it when left, with `with` or `async with`; exceptions pass
    unchanged.

    `input` is recorded as JSON; say the output with `s.update(output=...)`. One object is one span.
    """

    def __init__(
        self,
        name: str,
        *,
        kind: Kind = "task",
        input: object = None,  # noqa: A002 - the word users know
        attributes: Mapping[str, Any] | None = None,
    ) -> None:
        self._name = name
        self._kind = kind
        self._input = input
        self._attributes = attributes
        self._span: otel.Span = otel.INVALID_SPAN
        self._current = Current(self._span)

    def __enter__(self) -> Handle:
        try:
            self._open()
        except Exception as error:  # noqa: BLE001 - the SDK safety wall
            wall.caught("span", error)
        self._current = Current(self._span)
        self._current.__enter__()
        return Handle(self._span)

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._current.__exit__()
        try:
            if exc is not None:
                record_failure(self._span, exc)
            self._span.end()
        except Exception as error:  # noqa: BLE001 - the SDK safety wall
            wall.caught("span", error)

    async def __aenter__(self) -> Handle:
        return self.__enter__()

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.__exit__(exc_type, exc, tb)

    def _open(self) -> None:
        otel_kind, constants = constants_of(self._name, self._kind)
        tracer = runtime.tracer or runtime.start_lazily()
        self._span = tracer.start_span(self._name, None, otel_kind, {**constants, **(self._attributes or {})})
        if self._input is not None and not in_force.policy.metadata_only and self._span.is_recording():
            set_input(self._span, snapshot(self._input), self._kind == "tool")
