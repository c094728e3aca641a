"""Spans in memory, for tests of traced code.

    with spanglass.testing.capture() as captured:
        answer("hi")
    assert captured.one("answer").attributes["output.value"] == '"hello"'
    assert_trace(captured, '''
        answer [agent]
          find_notes [retriever]
          ask_model [llm] ERROR
    ''')

Inside `capture`, errors of the SDK itself are raised instead of swallowed. In pytest, the fixture `spanglass_spans`
is such a `captured` with fixed ids and a fixed clock.
"""

from __future__ import annotations

import difflib
import itertools
import textwrap
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from opentelemetry.trace import StatusCode

from spanglass.attributes import KIND
from spanglass.capture.finish import finish
from spanglass.contract import FinishedSpan
from spanglass.record.span import Span
from spanglass.record.tracer import Provider, Resource, Source
from spanglass.runtime import SCOPE, runtime
from spanglass.safety import wall
from spanglass.version import VERSION

_FIXED_START_NS = 1_700_000_000_000_000_000


class Captured:
    """A `SpanSink` that keeps the finished spans, in the order in which they ended."""

    def __init__(self, now: Callable[[], int] | None = None) -> None:
        self.spans: list[FinishedSpan] = []
        self._now = now

    def put(self, span: FinishedSpan, size_bytes: int) -> None:
        if self._now is not None and isinstance(span, Span):
            span.end_time = self._now()  # spans end by the clock of the machine; a fixed clock has the last word
        self.spans.append(finish(span))

    def clear(self) -> None:
        """Forgets what was captured so far."""
        self.spans.clear()

    @property
    def roots(self) -> list[FinishedSpan]:
        """Spans whose parent was not captured, in the order in which they began."""
        known = {_id(span) for span in self.spans}
        return _by_start(span for span in self.spans if span.parent is None or span.parent.span_id not in known)

    def children(self, parent: FinishedSpan) -> list[FinishedSpan]:
        """Spans directly below `parent`, in the order in which they began."""
        found = (span for span in self.spans if span.parent is not None and span.parent.span_id == _id(parent))
        return _by_start(found)

    def named(self, name: str) -> list[FinishedSpan]:
        """All spans with this name."""
        return [span for span in self.spans if span.name == name]

    def one(self, name: str) -> FinishedSpan:
        """The only span with this name. Raises AssertionError when there is none or more than one."""
        found = self.named(name)
        if len(found) != 1:
            raise AssertionError(f"{len(found)} spans named {name!r} among {[span.name for span in self.spans]}")
        return found[0]


def outline(captured: Captured) -> str:
    """The traces as text: a line for each span, `name [kind]`, indented below its parent, with ERROR if it failed."""
    lines: list[str] = []

    def draw(span: FinishedSpan, depth: int) -> None:
        kind = (span.attributes or {}).get(KIND)
        words = [span.name, f"[{kind}]" if kind else "", "ERROR" if span.status.status_code is StatusCode.ERROR else ""]
        lines.append("  " * depth + " ".join(word for word in words if word))
        for child in captured.children(span):
            draw(child, depth + 1)

    for root in captured.roots:
        draw(root, 0)
    return "\n".join(lines)


def assert_trace(captured: Captured, expected: str) -> None:
    """Compares `outline(captured)` with `expected`, whose common indentation does not count.

    Raises AssertionError with the difference.
    """
    wanted, found = textwrap.dedent(expected).strip("\n").rstrip(), outline(captured)
    if wanted != found:
        difference = difflib.unified_diff(wanted.splitlines(), found.splitlines(), "expected", "captured", lineterm="")
        raise AssertionError("the trace is another one:\n" + "\n".join(difference))


def _by_start(spans: Iterable[FinishedSpan]) -> list[FinishedSpan]:
    return sorted(spans, key=lambda span: span.start_time or 0)


def _id(span: FinishedSpan) -> int:
    return span.context.span_id if span.context is not None else 0


def fixed_source() -> Source:
    """Ids 1, 2, 3 … and a clock that moves one millisecond with every reading."""
    traces, spans, readings = itertools.count(1), itertools.count(1), itertools.count()
    return Source(lambda: next(traces), lambda: next(spans), lambda: _FIXED_START_NS + 1_000_000 * next(readings))


@contextmanager
def capture(source: Source | None = None) -> Iterator[Captured]:
    """Collects every span that ends inside, exports none, and restores what was there before.

    With `fixed_source()`, ids and times are the same in every run.
    """
    captured = Captured(source.now if source else None)
    before = (runtime.tracer, runtime.provider, runtime.provider.sink, wall.raises)
    runtime.provider.sink = captured  # third-party spans made through our global provider
    runtime.provider = Provider(captured, Resource(), source)
    runtime.tracer = runtime.provider.get_tracer(SCOPE, VERSION)
    wall.raises = True
    try:
        yield captured
    finally:
        runtime.tracer, runtime.provider, runtime.provider.sink, wall.raises = before
