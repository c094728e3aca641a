"""The state machine alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from spanglass_collector.alerts.state import Phase, Standing, Terms, advance, dedup_key, notification_id
from tests.alerts.traffic import NOON

PENDING = Standing(Phase.PENDING, NOON)
FIRING = Standing(Phase.FIRING, NOON)
RESOLVED = Standing(Phase.RESOLVED, NOON)
FIRED = Standing(Phase.FIRING, NOON, (NOON,))


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_a_breach_without_patience_fires_at_once() -> None:
    """`for_s` 0 tells people in the pass that sees the breach."""
    assert advance(None, breached=True, now=NOON, terms=Terms(for_s=0)) == FIRED


def test_a_breach_waits_for_its_patience() -> None:
    """Until `for_s` has passed, nobody is told."""
    assert advance(None, breached=True, now=NOON, terms=Terms(for_s=60)) == PENDING
    assert advance(PENDING, breached=True, now=later(59), terms=Terms(for_s=60)) == PENDING


def test_a_breach_that_lasts_fires_and_dates_from_its_beginning() -> None:
    """`since` is when the breach began, not when people were told."""
    assert advance(PENDING, breached=True, now=later(60), terms=Terms(for_s=60)) == replace(FIRING, fired=(later(60),))


def test_a_breach_that_ends_early_tells_nobody() -> None:
    """A pending alert resolves in silence."""
    assert advance(PENDING, breached=False, now=later(30), terms=Terms(for_s=60)) == RESOLVED


def test_a_firing_alert_says_so_once() -> None:
    """A breach that goes on is no news."""
    assert advance(FIRING, breached=True, now=later(300), terms=Terms(for_s=60)) == FIRING


def test_a_firing_alert_resolves_when_the_breach_ends() -> None:
    """The resolution keeps the `since` of its episode."""
    assert advance(FIRING, breached=False, now=later(300), terms=Terms(for_s=60)) == RESOLVED


def test_a_resolved_alert_starts_over() -> None:
    """A new breach has a new `since` and needs its patience again."""
    assert advance(RESOLVED, breached=True, now=later(10), terms=Terms(for_s=60)) == Standing(Phase.PENDING, later(10))


def test_calm_leaves_nothing_to_remember() -> None:
    """No row is written for what never happened."""
    assert advance(None, breached=False, now=NOON, terms=Terms(for_s=60)) is None
    assert advance(RESOLVED, breached=False, now=NOON, terms=Terms(for_s=60)) is None


def test_a_clear_value_must_last_before_an_alert_ends() -> None:
    """With `clear_for_s`, calm is counted from its beginning, and a breach in between starts it again."""
    terms = Terms(clear_for_s=60)
    calm = advance(FIRED, breached=False, now=later(10), terms=terms)
    assert calm == replace(FIRED, calm_since=later(10))
    assert advance(calm, breached=False, now=later(69), terms=terms) == calm
    assert advance(calm, breached=True, now=later(50), terms=terms) == FIRED
    assert advance(calm, breached=False, now=later(70), terms=terms) == replace(FIRED, phase=Phase.RESOLVED)


def test_an_alert_that_swings_is_held_until_it_rests() -> None:
    """The third firing within the flap window stays, through every swing, until the window passed in calm."""
    terms = Terms(flap_limit=3, flap_window_s=600)
    standing, phases = None, []
    for minute in range(20):
        standing = advance(standing, breached=minute % 2 == 0, now=later(60 * minute), terms=terms)
        phases.append(standing.phase if standing else None)
    assert phases[:5] == [Phase.FIRING, Phase.RESOLVED, Phase.FIRING, Phase.RESOLVED, Phase.FIRING]
    assert set(phases[5:]) == {Phase.FIRING}
    quiet = [advance(standing, breached=False, now=later(60 * m), terms=terms) for m in (28, 29)]
    assert [q.phase for q in quiet if q] == [Phase.FIRING, Phase.RESOLVED]


observations = st.lists(st.tuples(st.booleans(), st.integers(0, 100)), max_size=60)


@given(observations, st.sampled_from([0, 1, 30, 90]))
def test_phases_match_the_runs_of_breaches(seen: list[tuple[bool, int]], for_s: int) -> None:
    """It fires once for each run of breaches that lasts `for_s`, and ends when such a run ends."""
    terms = Terms(for_s=for_s, flap_limit=1000)
    heard, expected = [], []
    standing, now, began, told = None, NOON, None, False
    for breached, pause_s in seen:
        now += timedelta(seconds=pause_s)
        was_firing = standing is not None and standing.is_firing
        standing = advance(standing, breached=breached, now=now, terms=terms) or standing
        is_firing = standing is not None and standing.is_firing
        heard += [(now, is_firing)] if is_firing != was_firing else []
        if not breached:
            expected += [(now, False)] if told else []
            began, told = None, False
            continue
        began = began or now
        if not told and (now - began).total_seconds() >= for_s:
            expected.append((now, True))
            told = True
    assert heard == expected


@given(observations, st.sampled_from([2, 3, 5]))
def test_nobody_hears_of_more_than_the_flap_limit(seen: list[tuple[bool, int]], limit: int) -> None:
    """In any stretch as long as the flap window an alert begins at most `limit` times."""
    terms = Terms(flap_limit=limit, flap_window_s=500)
    standing, now, fired = None, NOON, []
    for breached, pause_s in seen:
        now += timedelta(seconds=pause_s)
        was_firing = standing is not None and standing.is_firing
        standing = advance(standing, breached=breached, now=now, terms=terms) or standing
        if standing is not None and standing.is_firing and not was_firing:
            fired.append(now)
    for moment in fired:
        within = [other for other in fired if 0 <= (other - moment).total_seconds() < 500]
        assert len(within) <= limit


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
