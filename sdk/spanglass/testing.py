"""Spans in memory, for tests of traced code.

    with spanglass.testing.capture() as captured:
        answer("hi")
    assert captured.one("answer").attributes["output.value"] == '"hello"'

Inside `capture`, errors of the SDK itself are raised instead of swallowed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

from spanglass.contract import FinishedSpan
from spanglass.record.tracer import Provider, Resource, Source
from spanglass.runtime import SCOPE, runtime
from spanglass.safety import wall
from spanglass.version import VERSION

_FIXED_START_NS = 1_700_000_000_000_000_000


class Captured:
    """A `SpanSink` that keeps the finished spans, in the order in which they ended."""

    def __init__(self) -> None:
        self.spans: list[FinishedSpan] = []

    def put(self, span: FinishedSpan, size_bytes: int) -> None:
        self.spans.append(span)

    def named(self, name: str) -> list[FinishedSpan]:
        """All spans with this name."""
        return [span for span in self.spans if span.name == name]

    def one(self, name: str) -> FinishedSpan:
        """The only span with this name. Raises AssertionError when there is none or more than one."""
        found = self.named(name)
        if len(found) != 1:
            raise AssertionError(f"{len(found)} spans named {name!r} among {[span.name for span in self.spans]}")
        return found[0]


def fixed_source() -> Source:
    """Ids 1, 2, 3 … and a clock that moves one millisecond with every reading."""
    traces, spans, readings = itertools.count(1), itertools.count(1), itertools.count()
    return Source(lambda: next(traces), lambda: next(spans), lambda: _FIXED_START_NS + 1_000_000 * next(readings))


@contextmanager
def capture(source: Source | None = None) -> Iterator[Captured]:
    """Collects every span that ends inside, exports none, and restores what was there before."""
    captured = Captured()
    before = (runtime.tracer, runtime.provider, runtime.provider.sink, wall.raises)
    runtime.provider.sink = captured  # third-party spans made through our global provider
    runtime.provider = Provider(captured, Resource(), source)
    runtime.tracer = runtime.provider.get_tracer(SCOPE, VERSION)
    wall.raises = True
    try:
        yield captured
    finally:
        runtime.tracer, runtime.provider, runtime.provider.sink, wall.raises = before
