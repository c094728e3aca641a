"""The book of what a judge may spend holds whatever happens to the processes that write in it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.judge.errors import BudgetSpent
from spanglass_evaluators.judge.file import JudgeFile
from spanglass_evaluators.judge.ledger import Bounds, Ledger

NOON = 1_770_000_000.0
DAY_S = 86_400


def book(path: Path, bounds: Bounds, at: float = NOON) -> Ledger:
    """As a process of its own opens it."""
    return Ledger(JudgeFile(path / "judge.sqlite"), "mine", bounds, clock=lambda: at)


def test_a_call_that_was_never_settled_stays_paid(tmp_path: Path) -> None:
    """A killed process leaves the most that its call can have cost: the next one may not spend it again."""
    bounds = Bounds(max_usd_per_day=1.0)
    book(tmp_path, bounds).enter(0.7)

    with pytest.raises(BudgetSpent, match="max_usd_per_day"):
        book(tmp_path, bounds).enter(0.7)
    book(tmp_path, bounds).enter(0.2).settle(0.1)
    assert book(tmp_path, bounds).days()[0].usd == pytest.approx(0.8)


def test_the_next_day_has_a_budget_of_its_own(tmp_path: Path) -> None:
    """By UTC; a run's bound does not care for days."""
    bounds = Bounds(max_calls_per_day=1)
    book(tmp_path, bounds).enter(None)

    with pytest.raises(BudgetSpent):
        book(tmp_path, bounds).enter(None)
    book(tmp_path, bounds, NOON + DAY_S).enter(None)

    days = book(tmp_path, bounds).days()
    assert [(each.calls, each.unpriced_calls) for each in days] == [(1, 1), (1, 1)]


def test_threads_and_processes_share_one_bound(tmp_path: Path) -> None:
    """Two books over one file, sixteen threads, sixty calls wanted: exactly twenty are made."""
    books = [book(tmp_path, Bounds(max_calls_per_day=20)) for _ in range(2)]

    def call(number: int) -> bool:
        try:
            books[number % 2].enter(0.01)
        except BudgetSpent:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(call, range(60))) == 20


def test_a_file_that_cannot_be_is_told(tmp_path: Path) -> None:
    """With the setting's name."""
    (tmp_path / "judge.sqlite").mkdir()

    with pytest.raises(ConfigurationError, match="state_file"):
        JudgeFile(tmp_path / "judge.sqlite")


def test_the_file_is_the_users_alone(tmp_path: Path) -> None:
    """Reasons quote answers now and then."""
    book(tmp_path, Bounds())

    assert (tmp_path / "judge.sqlite").stat().st_mode & 0o077 == 0
