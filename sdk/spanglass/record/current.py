"""Makes a span current and takes it back, without a context token.

A token can only be given back in the very context that made it, and coroutines, generators and blocks may be left in
another one (closed by another task, or by the garbage collector). Here leaving puts the outer context back where ours
is still current, and does nothing elsewhere: it cannot fail, and cannot disturb whoever runs us.
"""

from __future__ import annotations

from opentelemetry import context as otel_context
from opentelemetry import trace as otel


class Current:
    """`with Current(span):` the span is current inside; may be entered again after it was left."""

    __slots__ = ("_inner", "_outer", "span")

    def __init__(self, span: otel.Span) -> None:
        self.span = span
        self._inner: otel_context.Context | None = None
        self._outer: otel_context.Context | None = None

    def __enter__(self) -> None:
        self._outer = otel_context.get_current()
        self._inner = otel.set_span_in_context(self.span, self._outer)
        otel_context.attach(self._inner)

    def __exit__(self, *_: object) -> None:
        if self._outer is not None and otel_context.get_current() is self._inner:
            otel_context.attach(self._outer)
