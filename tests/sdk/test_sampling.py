"""Sampling: by ratio, by name, by the caller, by outcome; every decision is counted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import propagate
from opentelemetry import trace as otel
from opentelemetry.sdk.trace.sampling import TraceIdRatioBased

import spanglass
from spanglass import Sampling, span, trace
from spanglass.config import InitOptions, configure
from spanglass.errors import ConfigurationError
from spanglass.ledger import ledger
from spanglass.runtime import runtime
from spanglass.sampling import Verdict, sampling_of
from spanglass.testing import Captured


class Books:
    """What the ledger counted since the test began."""

    def __init__(self) -> None:
        self._created, self._out = ledger.created, dict(ledger.sampled_out)
        self._dropped = ledger.dropped["tail_buffer_full"]

    @property
    def sampled_out(self) -> dict[str, int]:
        counted = {why: count - self._out.get(why, 0) for why, count in ledger.sampled_out.items()}
        return {why: count for why, count in counted.items() if count}

    @property
    def given_up(self) -> int:
        return ledger.dropped["tail_buffer_full"] - self._dropped

    @property
    def created(self) -> int:
        return ledger.created - self._created


@pytest.fixture
def books() -> Books:
    return Books()


@given(st.integers(1, 2**128 - 1), st.floats(0, 1))
def test_the_share_is_the_one_opentelemetry_keeps(trace_id: int, ratio: float) -> None:
    """Services with the same ratio keep the same traces, whichever library they use."""
    theirs = TraceIdRatioBased(ratio).should_sample(None, trace_id, "x").decision.is_sampled()
    assert (Sampling(ratio).decide("x", trace_id)[0] is Verdict.KEEP) == theirs


def test_nothing_is_recorded_at_ratio_zero_and_all_is_counted(captured: Captured, books: Books) -> None:
    """The first span is left out by the ratio, those below follow it."""
    runtime.provider.sample(Sampling(0))
    trace(name="outer")(lambda: trace(name="inner")(lambda: 1)())()
    assert captured.spans == []
    assert (books.sampled_out, books.created) == ({"ratio": 1, "parent": 1}, 2)


def test_rules_by_name_win_over_the_ratio(captured: Captured, books: Books) -> None:
    """The first pattern that matches the trace's first span decides."""
    runtime.provider.sample(Sampling(1.0, rules={"health*": 0, "*": 1}))
    trace(name="healthz")(lambda: None)()
    trace(name="answer")(lambda: None)()
    assert [found.name for found in captured.spans] == ["answer"]
    assert books.sampled_out == {"rule": 1}


def test_a_trace_that_is_left_out_says_so_to_others(captured: Captured) -> None:
    """The `traceparent` that goes out is valid and not sampled; a kept one is."""
    headers: list[str] = []

    def call() -> None:
        carrier: dict[str, str] = {}
        propagate.inject(carrier)
        headers.append(carrier["traceparent"][-2:])

    for sampling in (Sampling(0), Sampling(0, keep_errors=True), Sampling(1)):
        runtime.provider.sample(sampling)
        trace(name="f")(call)()
    assert headers == ["00", "00", "01"]


def test_the_callers_decision_is_followed_unless_told_otherwise(captured: Captured, books: Books) -> None:
    """Parent-based: a sampled caller is followed at ratio 0; `always_on` ignores a caller that does not sample."""
    sampled, unsampled = (f"00-{7:032x}-{9:016x}-{flags}" for flags in ("01", "00"))
    runtime.provider.sample(Sampling(0))
    with spanglass.extract({"traceparent": sampled}):
        trace(name="followed")(lambda: None)()
    always_on = sampling_of("always_on", None)
    assert always_on is not None
    runtime.provider.sample(always_on)
    with spanglass.extract({"traceparent": unsampled}):
        trace(name="insisted")(lambda: None)()
    assert [found.name for found in captured.spans] == ["followed", "insisted"]


def test_failing_traces_are_kept_whole(captured: Captured, books: Books) -> None:
    """With `keep_errors`, a trace outside of the ratio is buffered and kept if any span of it fails."""
    runtime.provider.sample(Sampling(0, keep_errors=True))

    def inner(fails: bool) -> None:
        if fails:
            raise ValueError("no")

    def outer(fails: bool) -> None:
        with span("sibling"):
            pass
        try:
            trace(name="inner")(inner)(fails)
        except ValueError:
            return

    trace(name="outer")(outer)(False)
    assert captured.spans == []
    assert books.sampled_out == {"tail": 3}
    trace(name="outer")(outer)(True)
    assert [found.name for found in captured.spans] == ["sibling", "inner", "outer"]
    assert len({found.context.trace_id for found in captured.spans if found.context}) == 1


def test_slow_traces_are_kept(captured: Captured, books: Books) -> None:
    """Slow is what the first span took, in seconds."""
    runtime.provider.sample(Sampling(0, keep_slower_than_s=5.0))
    tracer = runtime.provider.get_tracer("t")
    for name, took_ns in (("slow", 6_000_000_000), ("fast", 1_000_000)):
        tracer.start_span(name, start_time=1).end(1 + took_ns)
    assert [found.name for found in captured.spans] == ["slow"]
    assert books.sampled_out == {"tail": 1}


def test_late_spans_share_the_fate_of_their_trace(captured: Captured, books: Books) -> None:
    """What ends after the first span ended follows the decision."""
    runtime.provider.sample(Sampling(0, keep_errors=True))
    tracer = runtime.provider.get_tracer("t")
    late = {}
    for name in ("good", "bad"):
        root = tracer.start_span(name)
        late[name] = tracer.start_span(f"{name} late", otel.set_span_in_context(root))
        if name == "bad":
            root.set_status(otel.StatusCode.ERROR)
        root.end()
    for found in late.values():
        found.end()
    assert [found.name for found in captured.spans] == ["bad", "bad late"]
    assert books.sampled_out == {"tail": 2}


def test_the_buffer_is_bounded_and_what_it_gives_up_is_a_drop(captured: Captured, books: Books) -> None:
    """The oldest undecided trace goes first, with a reason of its own."""
    runtime.provider.sample(Sampling(0, keep_errors=True, buffer_spans=3))
    tracer = runtime.provider.get_tracer("t")
    root = tracer.start_span("root")
    for _ in range(4):
        tracer.start_span("child", otel.set_span_in_context(root)).end()
    root.set_status(otel.StatusCode.ERROR)
    root.end()
    assert (captured.spans, books.given_up, books.created) == ([], 5, 5)


def test_open_traces_are_settled_at_the_end(captured: Captured, books: Books) -> None:
    """What failed so far is kept, the rest counted."""
    runtime.provider.sample(Sampling(0, keep_errors=True))
    tracer = runtime.provider.get_tracer("t")
    root = tracer.start_span("root")
    child = tracer.start_span("child", otel.set_span_in_context(root))
    child.set_status(otel.StatusCode.ERROR)
    child.end()
    runtime.provider.sample(Sampling())
    assert [found.name for found in captured.spans] == ["child"]


@pytest.mark.parametrize(
    ("sampler", "argument", "expected"),
    [
        ("always_on", None, Sampling(1.0, follows_parent=False)),
        ("always_off", None, Sampling(0.0, follows_parent=False)),
        ("traceidratio", "0.25", Sampling(0.25, follows_parent=False)),
        ("parentbased_always_on", None, Sampling(1.0)),
        ("parentbased_always_off", None, Sampling(0.0)),
        ("parentbased_traceidratio", "0.5", Sampling(0.5)),
        ("parentbased_traceidratio", "nonsense", Sampling(1.0)),
        ("jaeger_remote", None, Sampling()),
    ],
)
def test_the_environment_names_the_sampler(sampler: str, argument: str | None, expected: Sampling) -> None:
    """The samplers of the specification; what it wants ignored is ignored."""
    environ = {"OTEL_TRACES_SAMPLER": sampler} | ({"OTEL_TRACES_SAMPLER_ARG": argument} if argument else {})
    assert configure(InitOptions(), environ).sampling == expected
    assert configure(InitOptions(sample=0.1), environ).sampling == Sampling(0.1)


def test_a_ratio_beyond_one_is_refused() -> None:
    """At the place where it was written."""
    with pytest.raises(ConfigurationError, match="between 0 and 1"):
        Sampling(2)
