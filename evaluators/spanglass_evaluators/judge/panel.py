"""Several judges, many questions: who is asked what, and what is done when one of them cannot answer."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from spanglass_evaluators.contract import Failure
from spanglass_evaluators.judge.ask import Answer, Judge
from spanglass_evaluators.judge.cache import question_key
from spanglass_evaluators.judge.errors import JudgeError, Refused, Unavailable
from spanglass_evaluators.judge.prompt import Question

Outcome = Answer | JudgeError

_HOPELESS = frozenset({401, 403, 404, 0})
"""Statuses after which no other question of the batch fares better."""
_GIVE_UP_AFTER = 5
"""Questions in a row that a judge was not there for, each after its retries."""


@dataclass(frozen=True, slots=True)
class Votes:
    """What the judges answered to one question, in their order."""

    outcomes: tuple[Outcome, ...]

    @property
    def answers(self) -> tuple[Answer, ...]:
        return tuple(each for each in self.outcomes if isinstance(each, Answer))

    @property
    def errors(self) -> tuple[JudgeError, ...]:
        return tuple(each for each in self.outcomes if isinstance(each, JudgeError))


class Panel:
    """Judges that are asked the same. `at_once`: calls in flight."""

    def __init__(self, judges: Sequence[Judge], *, at_once: int = 8) -> None:
        self.judges = tuple(judges)
        self._at_once = at_once

    def ask(self, questions: Sequence[Question], *, afresh: bool = False) -> list[Votes]:
        """Every judge's outcome for every question, in order; the same question twice is asked once. Blocks."""
        desks = [_Desk(judge, afresh) for judge in self.judges]
        asked: dict[tuple[int, str], Future[Outcome]] = {}
        with ThreadPoolExecutor(self._at_once) as pool:
            keys = [[(i, question_key(desk.judge.config, q)) for i, desk in enumerate(desks)] for q in questions]
            for question, of_judges in zip(questions, keys, strict=True):
                for i, key in of_judges:
                    if (i, key) not in asked:
                        asked[i, key] = pool.submit(desks[i].ask, question)
        return [Votes(tuple(asked[key].result() for key in of_judges)) for of_judges in keys]


class _Desk:
    """One judge for one batch: stops asking when it is hopeless."""

    def __init__(self, judge: Judge, afresh: bool) -> None:
        self.judge = judge
        self._afresh = afresh
        self._hopeless: JudgeError | None = None
        self._away = 0

    def ask(self, question: Question) -> Outcome:
        if self._hopeless is not None:
            return self._hopeless
        try:
            answer = self.judge.ask(question, afresh=self._afresh)
        except JudgeError as error:
            self._note(error)
            return error
        self._away = 0
        return answer

    def _note(self, error: JudgeError) -> None:
        self._away = self._away + 1 if isinstance(error, Unavailable) else 0
        if (isinstance(error, Refused) and error.status in _HOPELESS) or self._away >= _GIVE_UP_AFTER:
            self._hopeless = error


def usd_of(votes: Sequence[Votes]) -> float | None:
    """What the answers cost; None when one's price is unknown."""
    usd = [answer.usd for each in votes for answer in each.answers]
    return None if None in usd else sum(u for u in usd if u is not None)


def failure_of(votes: Sequence[Votes]) -> Failure:
    """Why nobody answered. Worth another try when any of the reasons is."""
    errors = [error for each in votes for error in each.errors]
    reasons = "; ".join(dict.fromkeys(map(str, errors)))
    return Failure(reasons or "no judge was asked", retryable=any(error.retryable for error in errors))
