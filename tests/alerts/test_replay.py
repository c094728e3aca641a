"""What the rules would have said, asked of history."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from spanglass_app.backtest import picture, timeline
from spanglass_collector.alerts.replay import Episode, Stretch, Track, replay
from spanglass_collector.alerts.rules import Rule, from_mapping
from spanglass_collector.store import Store
from tests.alerts.traffic import NOON, Traffic

MINUTE = timedelta(minutes=1)


def rules(*entries: dict[str, object]) -> tuple[Rule, ...]:
    return from_mapping({"alerts": {"default_rules": False, "rules": list(entries)}}).rules


ERRORS = {"name": "errors", "metric": "error_rate", "threshold": 0.5, "window": "5m", "for_s": 120}


def test_history_pages_when_it_would_have(store: Store, traffic: Traffic) -> None:
    """Ten minutes of failures among an hour of calls: one page, `for_s` after they began; nothing is written."""
    for minute in range(60):
        fails = 20 <= minute < 30
        traffic.calls(2, NOON + minute * MINUTE, StatusCode="Error" if fails else "Ok")
    (track,) = replay(store, rules(ERRORS), Stretch("shop", NOON, NOON + 60 * MINUTE, MINUTE))
    (episode,) = track.episodes
    assert NOON + 22 * MINUTE < episode.began <= NOON + 26 * MINUTE
    assert episode.ended is not None
    assert NOON + 30 * MINUTE < episode.ended <= NOON + 34 * MINUTE
    assert len(track.points) == 60
    assert store.query("SELECT count() FROM alert_states").result_rows[0][0] == 0
    assert store.query("SELECT count() FROM alert_outbox").result_rows[0][0] == 0


def test_windows_judged_later_replay_as_of_their_end(store: Store, traffic: Traffic) -> None:
    """A backfill's windows count when they ended; drift pages from its second window on."""
    for hour in range(1, 11):
        drifted = hour >= 6
        traffic.window(NOON + timedelta(hours=hour), ScoredAt=NOON + timedelta(days=3), Drifted=drifted)
    drift = {"name": "drift", "kind": "drift", "persist": 2, "window": "2h"}
    stretch = Stretch("shop", NOON, NOON + timedelta(hours=11), timedelta(hours=1))
    (track,) = replay(store, rules(drift), stretch)
    (episode,) = track.episodes
    assert episode.began == NOON + timedelta(hours=7)


def test_a_rule_that_cannot_be_asked_says_why(store: Store) -> None:
    """The others are replayed."""
    broken = {"name": "broken", "sql": "SELECT nonsense", "threshold": 1}
    first, second = replay(store, rules(broken, ERRORS), Stretch("shop", NOON, NOON + MINUTE, MINUTE))
    assert first.failure is not None
    assert second.failure is None


@pytest.fixture
def track() -> Track:
    (rule,) = rules(ERRORS)
    points = [(NOON + i * MINUTE, None if i < 10 else float(i >= 40)) for i in range(60)]
    return Track(rule, list(points), [Episode("k", "s", NOON, NOON + 40 * MINUTE)])


def test_a_timeline_shows_gaps_calm_and_fire(track: Track) -> None:
    """One character a stretch."""
    assert timeline(track, 6) == " ···██"
    assert timeline(track, 60) == " " * 10 + "·" * 30 + "█" * 20
    assert len(timeline(Track(track.rule, track.points[:3]), 6)) == 6
    assert track.firing == timedelta(minutes=19)


@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_a_picture_is_drawn_twice_alike(track: Track, tmp_path: Path, suffix: str) -> None:
    """With the rule's name; the same replay gives the same file."""
    pytest.importorskip("matplotlib")
    paths = [tmp_path / f"{n}{suffix}" for n in "ab"]
    for path in paths:
        picture([track, track], path, title="Backtest")
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert len(paths[0].read_bytes()) > 5000
