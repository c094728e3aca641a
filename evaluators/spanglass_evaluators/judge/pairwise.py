"""A judge that compares the answer with another one, in both orders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from spanglass_evaluators.contract import Batch, Failure, Judgement
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.functions import MODEL_ANSWERS
from spanglass_evaluators.judge.ask import Answer
from spanglass_evaluators.judge.endpoint import ModelConfig
from spanglass_evaluators.judge.injection import suspicion
from spanglass_evaluators.judge.joining import join_orders, join_winners
from spanglass_evaluators.judge.panel import Panel, Votes, failure_of, usd_of
from spanglass_evaluators.judge.prompt import PROMPT_VERSION, Question, cut

WINNERS = ("first", "second", "tie")
_VALUES = {"first": 1.0, "second": 0.0, "tie": 0.5}
_LABELS = {"first": "answer", "second": "other", "tie": "tie", "undecided": "undecided"}
_REASON_CHARS = 400

_TASK = """Two answers to the same QUESTION are compared: FIRST and SECOND. Decide which is better, or that they are \
equally good (tie), by this: {criterion} Where they stand says nothing about them."""


@dataclass(frozen=True, slots=True)
class PairwiseConfig:
    """`against`: the column of the other answer. `reference`: show the judge metadata.reference.

    `disagreement`: what two orders that contradict each other make, `undecided` or `tie`.
    """

    criterion: str = "Which one helps the person who asked more, being correct, complete and to the point?"
    against: str = "metadata.baseline"
    reference: bool = False
    disagreement: str = "undecided"
    on_suspicion: str = "undecided"
    longest_text: int = 20_000
    calibration: str = ""
    models: tuple[ModelConfig, ...] = ()
    prompt_version: int = PROMPT_VERSION

    def checked(self, where: str) -> PairwiseConfig:
        """Itself. Raises ConfigurationError."""
        if self.disagreement not in ("undecided", "tie"):
            raise ConfigurationError(f'{where}.disagreement = {self.disagreement!r}: use "undecided" or "tie"')
        if self.on_suspicion not in ("undecided", "note"):
            raise ConfigurationError(f'{where}.on_suspicion = {self.on_suspicion!r}: use "undecided" or "note"')
        return self


@dataclass(frozen=True, slots=True)
class Pairwise:
    """Value 1: the answer is better than the other; 0: worse; 0.5: a tie; none: the orders contradict each other."""

    name: str
    config: PairwiseConfig
    panel: Panel
    calibrate: Callable[[float], float] | None = None
    version: str = "1"
    afresh: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        return ("input_text", "output_text", self.config.against, *(("reference",) if self.config.reference else ()))

    @property
    def where(self) -> str:
        if not self.config.against.startswith("metadata."):
            return MODEL_ANSWERS
        key = self.config.against.replace("'", "''")
        return f"{MODEL_ANSWERS} AND SpanAttributes['spanglass.{key}'] != ''"

    def score(self, batch: Batch) -> Sequence[Judgement | Failure]:
        rows = list(zip(*(batch[name] for name in self.columns), strict=True))
        doubts = [suspicion(str(row[1])) or suspicion(str(row[2])) for row in rows]
        asked = [i for i, doubt in enumerate(doubts) if not doubt or self.config.on_suspicion == "note"]
        questions = [self.question(rows[i], is_swapped) for i in asked for is_swapped in (False, True)]
        votes = self.panel.ask(questions, afresh=self.afresh)
        pairs = {i: (votes[2 * at], votes[2 * at + 1]) for at, i in enumerate(asked)}
        return [
            self._judge(*pairs[i], doubt)
            if i in pairs
            else Judgement(None, "suspicious", f'{{"suspicion":"{doubt}"}}', 0.0)
            for i, doubt in enumerate(doubts)
        ]

    def question(self, row: Sequence[Any], is_swapped: bool) -> Question:
        asked, answer, other, *reference = (str(cell or "") for cell in row)
        first, second = (other, answer) if is_swapped else (answer, other)
        task = _TASK.format(criterion=self.config.criterion)
        task += " The REFERENCE is a right answer to measure them by." if reference else ""
        texts = [
            ("QUESTION", asked),
            *(("REFERENCE", text) for text in reference),
            ("FIRST", first),
            ("SECOND", second),
        ]
        kept = tuple((name, cut(text, self.config.longest_text)) for name, text in texts)
        return Question(task, kept, {"winner": {"type": "string", "enum": list(WINNERS)}})

    def _judge(self, straight: Votes, swapped: Votes, doubt: str) -> Judgement | Failure:
        orders = [_orders(*pair) for pair in zip(straight.outcomes, swapped.outcomes, strict=True)]
        given = [order for order in orders if order is not None]
        usd = usd_of([straight, swapped])
        if len(given) * 2 <= len(orders):
            some_failed = straight.errors or swapped.errors
            return failure_of([straight, swapped]) if some_failed else Judgement(None, "declined", "", usd)
        winner = join_winners([join_orders(*order, self.config.disagreement) for order in given])
        details: dict[str, Any] = {"orders": given, "reason": _reason(straight)}
        details |= {"suspicion": doubt} if doubt else {}
        value = _VALUES.get(winner)
        if value is not None and self.calibrate is not None:
            details, value = details | {"raw": value}, self.calibrate(value)
        return Judgement(value, _LABELS[winner], orjson.dumps(details).decode(), usd)


def _orders(straight: object, swapped: object) -> tuple[str, str] | None:
    """One judge's winners in both orders; None when one of the answers is missing."""
    if not (isinstance(straight, Answer) and isinstance(swapped, Answer)):
        return None
    if straight.verdict is None or swapped.verdict is None:
        return None
    return straight.verdict["winner"], swapped.verdict["winner"]


def _reason(votes: Votes) -> str:
    reasons = [str(answer.verdict["reason"]) for answer in votes.answers if answer.verdict]
    return reasons[0][:_REASON_CHARS] if reasons else ""
