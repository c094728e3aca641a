"""Minutes whose count of spans has changed are read again, and nothing else is."""

from __future__ import annotations

from evaluated_traffic import NOON_NS, SECOND, Traffic

from spanglass_collector.store import Store
from spanglass_evaluators.engine.claim import Stretch
from spanglass_evaluators.engine.late import MINUTE_NS, LateArrivals

FIRST_MINUTE = NOON_NS // MINUTE_NS * MINUTE_NS
HOUR_S = 3600
READER = "an evaluator"


def settled(store: Store, now_ns: int) -> LateArrivals:
    late = LateArrivals(HOUR_S)
    late.look(store, now_ns)
    late.settle(READER)
    return late


def look(late: LateArrivals, store: Store, now_ns: int) -> list[Stretch]:
    late.look(store, now_ns)
    return late.stretches(READER)


def test_the_first_look_asks_for_the_whole_horizon(store: Store) -> None:
    """A new process cannot know what arrived while there was none."""
    assert look(LateArrivals(HOUR_S), store, NOON_NS) == [Stretch(NOON_NS - HOUR_S * SECOND, NOON_NS)]


def test_neighbouring_minutes_are_read_as_one(store: Store, traffic: Traffic) -> None:
    """Late spans in two minutes on end are one stretch, those of a third another."""
    now = FIRST_MINUTE + 30 * MINUTE_NS
    late = settled(store, now)
    for minute in (3, 4, 9):
        traffic.add(["late"], received_ns=FIRST_MINUTE + minute * MINUTE_NS + SECOND)

    found = look(late, store, now)

    assert [(s.after_ns + 1 - FIRST_MINUTE, s.until_ns + 1 - FIRST_MINUTE) for s in found] == [
        (3 * MINUTE_NS, 5 * MINUTE_NS),
        (9 * MINUTE_NS, 10 * MINUTE_NS),
    ]


def test_a_round_that_failed_is_asked_for_again(store: Store, traffic: Traffic) -> None:
    """Only `settle` says that the stretches were read."""
    late = settled(store, NOON_NS)
    traffic.add(["late"], received_ns=NOON_NS - 600 * SECOND)

    first, second = look(late, store, NOON_NS), look(late, store, NOON_NS)
    late.settle(READER)

    assert first == second != []
    assert look(late, store, NOON_NS) == []
