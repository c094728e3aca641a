"""The overhead budget: what is left out when tracing costs too much, and how it comes back."""

from __future__ import annotations

import pytest

from spanglass import trace
from spanglass.capture.policy import in_force
from spanglass.config import limits_of
from spanglass.overload import Guard, Spent, keeps
from spanglass.testing import capture

from .receiver import Receiver
from .test_export import Line


class Load:
    """Windows of ten seconds in which the exporter used a share of a CPU."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._at_s = self._cpu_s = 0.0
        guard.observe(Spent(0, 0, 0, 0))

    def of(self, share: float, windows: int = 1) -> int:
        for _ in range(windows):
            self._at_s += 10
            self._cpu_s += share * 10
            self._guard.observe(Spent(self._at_s, self._cpu_s, 0, 0))
        return self._guard.level


def test_one_busy_window_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """A burst is not a load."""
    load = Load(Guard(0.02))
    assert (load.of(0.5), load.of(0.01), load.of(0.5)) == (0, 0, 0)
    assert caplog.records == []


def test_a_lasting_load_takes_content_then_traces(caplog: pytest.LogCaptureFixture) -> None:
    """One level at a time, each said once with the numbers."""
    load = Load(Guard(0.02))
    assert [load.of(0.05, 2), load.of(0.05, 2), load.of(0.05, 5)] == [1, 2, 2]
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2
    assert said[0].startswith("spanglass used 5.0 % of a CPU (budget 2.0 %) and records metadata only")


def test_recovery_takes_longer_after_each_relapse() -> None:
    """A minute at first, then two: a load on the edge does not flap."""
    load = Load(Guard(0.02))
    assert load.of(0.05, 2) == 1
    assert (load.of(0.01, 5), load.of(0.01)) == (1, 0)
    assert load.of(0.05, 2) == 1
    assert (load.of(0.01, 11), load.of(0.01)) == (1, 0)


def test_what_callers_spend_counts() -> None:
    """Spans and bytes recorded are CPU of the application's threads: 7 µs for a call with 4 kB."""
    before, after = Spent(0, 0, 0, 0), Spent(10, 0, 10_000, 40_960_000)
    assert after.share_since(before) == pytest.approx(0.0072, rel=0.02)


def test_left_out_spans_are_counted_and_traces_stay_whole(receiver: Receiver) -> None:
    """At level 2 one trace in ten is recorded, with all its spans; the others are in the ledger."""
    line = Line(receiver.endpoint)
    line.exporter.guard.level = 2
    for _ in range(200):
        with line.tracer.start_as_current_span("root"):
            line.tracer.start_span("child").end()
    assert line.exporter.flush(5)
    kept = [int.from_bytes(span.trace_id, "big") for span in receiver.spans]
    assert all(map(keeps, kept))
    assert all(kept.count(trace_id) == 2 for trace_id in kept)
    assert line.stats.dropped == {"overload": 400 - len(kept)}
    assert line.stats.created == 400
    line.exporter.shutdown(1)


def test_content_is_left_out_and_comes_back() -> None:
    """At level 1 the caller does not even serialise it; at level 0 everything is as before."""
    call = trace(name="call")(lambda text: text)
    before = in_force.policy
    with capture() as captured:
        in_force.leave_out_content(1)
        call("secret")
        in_force.leave_out_content(2)
        in_force.leave_out_content(0)
        call("shown")
    assert ["input.value" in (span.attributes or {}) for span in captured.spans] == [False, True]
    assert in_force.policy is before


def test_the_budget_can_be_set() -> None:
    """A share of one CPU; 1 is no bound, nonsense is the default."""
    assert limits_of({"SPANGLASS_OVERHEAD_BUDGET": "0.1"}).overhead_budget == 0.1
    assert limits_of({"SPANGLASS_OVERHEAD_BUDGET": "much"}).overhead_budget == 0.02
