"""The state machine alone."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from spanglass_collector.alerts.state import (
    Phase,
    Standing,
    Step,
    advance,
    dedup_key,
    notification_id,
)
from tests.alerts.traffic import NOON

PENDING = Standing(Phase.PENDING, NOON)
FIRING = Standing(Phase.FIRING, NOON)
RESOLVED = Standing(Phase.RESOLVED, NOON)


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_a_breach_without_patience_fires_at_once() -> None:
    """`for_s` 0 tells people in the pass that sees the breach."""
    assert advance(None, breached=True, now=NOON, for_s=0) == Step(FIRING, "trigger")


def test_a_breach_waits_for_its_patience() -> None:
    """Until `for_s` has passed, nobody is told."""
    assert advance(None, breached=True, now=NOON, for_s=60) == Step(PENDING)
    assert advance(PENDING, breached=True, now=later(59), for_s=60) == Step(PENDING)


def test_a_breach_that_lasts_fires_and_dates_from_its_beginning() -> None:
    """`since` is when the breach began, not when people were told."""
    assert advance(PENDING, breached=True, now=later(60), for_s=60) == Step(FIRING, "trigger")


def test_a_breach_that_ends_early_tells_nobody() -> None:
    """A pending alert resolves in silence."""
    assert advance(PENDING, breached=False, now=later(30), for_s=60) == Step(RESOLVED)


def test_a_firing_alert_says_so_once() -> None:
    """A breach that goes on is no news."""
    assert advance(FIRING, breached=True, now=later(300), for_s=60) == Step(FIRING)


def test_a_firing_alert_resolves_when_the_breach_ends() -> None:
    """The resolution keeps the `since` of its episode."""
    assert advance(FIRING, breached=False, now=later(300), for_s=60) == Step(RESOLVED, "resolve")


def test_a_resolved_alert_starts_over() -> None:
    """A new breach has a new `since` and needs its patience again."""
    assert advance(RESOLVED, breached=True, now=later(10), for_s=60) == Step(Standing(Phase.PENDING, later(10)))


def test_calm_leaves_nothing_to_remember() -> None:
    """No row is written for what never happened."""
    assert advance(None, breached=False, now=NOON, for_s=60) is None
    assert advance(RESOLVED, breached=False, now=NOON, for_s=60) is None


observations = st.lists(st.tuples(st.booleans(), st.integers(0, 100)), max_size=60)


@given(observations, st.sampled_from([0, 1, 30, 90]))
def test_what_people_hear_matches_the_runs_of_breaches(seen: list[tuple[bool, int]], for_s: int) -> None:
    """One trigger for each run of breaches that lasts `for_s`, one resolve when such a run ends."""
    heard, expected = [], []
    standing, now, began, told = None, NOON, None, False
    for breached, pause_s in seen:
        now += timedelta(seconds=pause_s)
        step = advance(standing, breached=breached, now=now, for_s=for_s)
        standing = step.standing if step else standing
        heard += [(now, step.event)] if step and step.event else []
        if not breached:
            expected += [(now, "resolve")] if told else []
            began, told = None, False
            continue
        began = began or now
        if not told and (now - began).total_seconds() >= for_s:
            expected.append((now, "trigger"))
            told = True
    assert heard == expected


def test_keys_are_short_stable_and_apart() -> None:
    """A deduplication key fits PagerDuty's 255 characters and differs by project, rule and instance."""
    keys = {dedup_key(p, r, i) for p in ("a", "b") for r in ("x" * 300, "y") for i in ("{}", '{"m":"g"}')}
    assert len(keys) == 8
    assert max(map(len, keys)) <= 255
    assert dedup_key("a", "y", "{}") == dedup_key("a", "y", "{}")


def test_a_transition_has_one_id_for_each_channel() -> None:
    """Ids depend on the episode, the event and the channel, and on nothing else."""
    key = dedup_key("shop", "errors", "{}")
    ids = {
        notification_id(key, since, event, channel)
        for since in (NOON, later(1))
        for event in ("trigger", "resolve")
        for channel in ("pagerduty", "hook")
    }
    assert len(ids) == 8
