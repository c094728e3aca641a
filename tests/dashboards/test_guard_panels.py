"""What guards decided and what belongs to the OWASP Top 10, as panels tell it: of made-up calls and a real guard."""

from __future__ import annotations

import time
import uuid
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

import spanglass
from spanglass_collector.background import BackgroundCollector
from spanglass_collector.store import ClickHouseStore, Store
from spanglass_dashboards import first_sight
from spanglass_dashboards.macros import TimeRange
from spanglass_evaluators.safety.owasp import OWASP
from tests.dashboards import guarded, judged, traffic
from tests.dashboards.asking import execute, frame, number
from tests.dashboards.conftest import COMMITTED

DECISIONS = [guarded.decided(i) for i in range(traffic.CALLS)]
BLOCKED = sum(one.action == "block" for one in DECISIONS)
LATE = sum(one.error.startswith("deadline") for one in DECISIONS)
FAILED = sum(bool(one.error) for one in DECISIONS) - LATE
QUIET = {"project": "other"}
"""A project with calls and without a guard."""


def test_decisions_are_counted_by_what_was_done(store: Store) -> None:
    """Stacked, they are all decisions."""
    rows = frame(store, "safety", "Guard decisions by action")
    counts = _summed(rows, "decisions")
    assert counts == {a: sum(one.action == a for one in DECISIONS) for a in ("allow", "mask", "block")}
    assert number(frame(store, "safety", "Guard decisions")) == sum(counts.values()) == traffic.CALLS
    assert number(frame(store, "safety", "Blocked")) == pytest.approx(BLOCKED / traffic.CALLS)
    assert {row["series"] for row in frame(store, "safety", "Blocked share by side")} == {"input"}


def test_findings_are_counted_by_the_check_that_made_them(store: Store) -> None:
    """Two places of one check are one finding of it; errors are none."""
    counts = _summed(frame(store, "safety", "Guard findings by check"), "decisions")
    masked = sum(one.action == "mask" for one in DECISIONS)
    assert counts == {"injection, block": BLOCKED, "pii, block": BLOCKED, "pii, mask": masked}


def test_what_was_not_checked_is_told_apart(store: Store) -> None:
    """Late, raised, and let through all the same."""
    rows = frame(store, "safety", "Guard checks not made")
    told = [sum(row[name] for row in rows) for name in ("deadline missed", "check failed", "failed open")]
    assert told == [LATE, FAILED, LATE + FAILED]
    assert min(told) > 0
    assert number(frame(store, "safety", "Deadline misses")) == LATE
    assert number(frame(store, "safety", "Failed open")) == LATE + FAILED


def test_latency_is_that_of_the_spans(store: Store) -> None:
    """In seconds; the few slow decisions are the 99th percentile."""
    rows = frame(store, "safety", "Guard latency")
    assert {row["p50"] for row in rows} == {guarded.USUAL_MS / 1000}
    assert max(row["p99"] for row in rows) > 0.9 * guarded.SLOW_MS / 1000


def test_interventions_tell_places_and_open_a_trace(store: Store) -> None:
    """Newest first, nothing that was simply allowed."""
    rows = frame(store, "safety", "Guard interventions")
    assert [row["Time"] for row in rows] == sorted((row["Time"] for row in rows), reverse=True)
    assert all(row["Action"] != "allow" or row["Explanation"].startswith("error: ") for row in rows)
    assert all(len(row["TraceId"]) == 32 for row in rows)


def test_findings_of_evaluators_and_guards_have_their_entry(store: Store) -> None:
    """Over time, and in the table of ten, where nobody looked is unknown and not 0."""
    leaks = traffic.CALLS // judged.LEAK_EVERY
    by_guard = {e: sum(e in one.owasp for one in DECISIONS) for e in ("LLM01:2025", "LLM02:2025")}
    drawn = _summed(frame(store, "safety", "Findings by OWASP entry"), "findings")
    assert drawn == {**by_guard, "LLM02:2025": by_guard["LLM02:2025"] + leaks}
    table = {row["Entry"]: tuple(row.values())[2:] for row in frame(store, "safety", "OWASP Top 10")}
    assert len(table) == 10
    assert table["LLM02:2025"] == (traffic.CALLS, leaks, by_guard["LLM02:2025"])
    assert table["LLM01:2025"] == (traffic.CALLS, 0, by_guard["LLM01:2025"])
    assert {table[f"LLM{n:02}:2025"] for n in (3, 4, 5, 6, 7, 8, 9, 10)} == {(None, None, None)}


def test_the_table_knows_every_evaluator_with_an_entry() -> None:
    """A new one is a line in its SQL, too."""
    panels = {panel["title"]: panel for panel in COMMITTED["safety"]["panels"]}
    sql = panels["OWASP Top 10"]["targets"][0]["rawSql"]
    names, entries = (", ".join(f"'{text}'" for text in part) for part in (OWASP, OWASP.values()))
    assert f"[{names}]" in sql
    assert f"[{entries}]" in sql


@pytest.mark.parametrize("title", ["Guard decisions", "Blocked", "Deadline misses", "Failed open"])
def test_without_a_guard_nothing_is_claimed(title: str, store: Store) -> None:
    """No data is not zero misses."""
    (row,) = frame(store, "safety", title, **QUIET)
    assert list(row.values()) == [None]


def test_choices_narrow_decisions(store: Store) -> None:
    """By the service of the trace and the model of the call."""
    assert number(frame(store, "safety", "Guard decisions", service=["web"])) == traffic.CALLS / 2
    assert number(frame(store, "safety", "Guard decisions", model=[traffic.MODELS[0]])) == traffic.CALLS / 3


def test_a_real_guard_is_seen(shared_collector: BackgroundCollector, shared_store: ClickHouseStore) -> None:
    """From guarded calls to panels: masked, blocked, a check that raises, a span of its own and one that was there."""
    service = f"guarded-{uuid.uuid4().hex[:8]}"
    spanglass.init(
        endpoint=f"http://{shared_collector.endpoints.otlp_http}", service=service, quiet=True, instrument=False
    )
    try:
        _guarded_calls()
        assert spanglass.flush()
    finally:
        spanglass.shutdown()
    _until_stored(shared_store, service, 4)
    asked = _panels(shared_store, service)
    assert _summed(asked["Guard decisions by action"], "decisions") == {"mask": 1, "block": 1, "allow": 2}
    assert _summed(asked["Guard findings by check"], "decisions") == {"pii, mask": 1, "secrets, block": 1}
    assert number(asked["Failed open"]) == 1
    assert number(asked["Deadline misses"]) == 0
    assert _summed(asked["Findings by OWASP entry"], "findings") == {"LLM02:2025": 2}
    assert all(0 < row["p50"] <= row["p99"] for row in asked["Guard latency"])
    assert {row["Action"] for row in asked["Guard interventions"]} == {"mask", "block", "allow"}


def _guarded_calls() -> None:
    def broken(text: str) -> None:
        raise ValueError(text)

    guard = spanglass.guard(["pii", "secrets"], policy={"pii": "mask", "secrets": "block"}, deadline_ms=None)
    with spanglass.span("outer"):
        guard.inspect("write to jane.doe@example.org")
    guard.inspect("key AKIAIOSFODNN7EXAMPLF")
    guard.inspect("nothing to see")
    spanglass.guard([broken], deadline_ms=None).inspect("x")


def _until_stored(store: Store, service: str, count: int) -> None:
    sql = f"SELECT count() FROM scores WHERE Evaluator = '{service}' AND startsWith(Name, 'guard.')"
    end = time.monotonic() + 30
    while store.query(sql).result_rows[0][0] < count:
        assert time.monotonic() < end, "the decisions were not stored"
        time.sleep(0.05)


def _panels(store: Store, service: str) -> dict[str, list[dict[str, Any]]]:
    now = datetime.now(timezone.utc)
    around = TimeRange(now - timedelta(minutes=10), now + timedelta(minutes=1), interval_s=60)
    chosen = first_sight.choices(COMMITTED["safety"], store, around, {"project": "default", "service": [service]})
    asked = first_sight.questions(COMMITTED["safety"], around, chosen)
    return {one.title: execute(store, one.sql) for one in asked if one.place == "panel"}


def _summed(rows: list[dict[str, Any]], column: str) -> dict[str, int]:
    total: dict[str, int] = {}
    for row in rows:
        total[row["series"]] = total.get(row["series"], 0) + row[column]
    return total
