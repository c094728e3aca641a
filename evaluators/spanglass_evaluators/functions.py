"""`@evaluator`: a plain function, sync or async, becomes an evaluator of spans, traces or sessions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import Any

from spanglass_evaluators.contract import Batch, Failure, Judgement, TargetKind
from spanglass_evaluators.errors import ContractError

MODEL_ANSWERS = "Kind = 'llm' AND (OutputMessages != '' OR Output != '')"
"""SQL: spans of model calls whose answer was captured."""


@dataclass(frozen=True, slots=True)
class FunctionConfig:
    """A function has no settings of its own; what it reads is what can change the verdict."""

    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FunctionEvaluator:
    """A function of one row (or of a whole batch) behind the SpanEvaluator contract."""

    function: Callable[..., Any]
    name: str
    version: str
    columns: tuple[str, ...]
    where: str
    takes_batch: bool
    target: TargetKind = "span"
    at_once: int = 16

    @property
    def config(self) -> FunctionConfig:
        return FunctionConfig(self.columns)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The function itself: decorating it takes nothing away."""
        return self.function(*args, **kwargs)

    def score(self, batch: Batch) -> Sequence[Judgement | Failure]:
        columns = [batch[name] for name in self.columns]
        if iscoroutinefunction(self.function):
            return asyncio.run(self._score_async(columns))
        if self.takes_batch:
            return [as_judgement(answer) for answer in self.function(*columns)]
        return [self._score_row(row) for row in zip(*columns, strict=True)]

    def _score_row(self, row: tuple[Any, ...]) -> Judgement | Failure:
        try:
            return as_judgement(self.function(*row))
        except (Exception, SystemExit) as error:  # noqa: BLE001  a stranger's code: one bad row must not cost the others
            return _failure_of(error)

    async def _score_async(self, columns: Sequence[Sequence[Any]]) -> Sequence[Judgement | Failure]:
        if self.takes_batch:
            return [as_judgement(answer) for answer in await self.function(*columns)]
        turns = asyncio.Semaphore(self.at_once)
        return await asyncio.gather(*(self._score_row_async(row, turns) for row in zip(*columns, strict=True)))

    async def _score_row_async(self, row: tuple[Any, ...], turns: asyncio.Semaphore) -> Judgement | Failure:
        async with turns:
            try:
                return as_judgement(await self.function(*row))
            except Exception as error:  # noqa: BLE001  as above
                return _failure_of(error)


def evaluator(
    *,
    name: str,
    version: str = "1",
    columns: Sequence[str] = ("output_text",),
    where: str = MODEL_ANSWERS,
    takes_batch: bool = False,
    target: TargetKind = "span",
    at_once: int = 16,
) -> Callable[[Callable[..., Any]], FunctionEvaluator]:
    """Make an evaluator of a function of the `columns` (by position; whole columns with `takes_batch`).

    With `target` "trace" or "session" a column is a list over the spans of one, by time. Of an async function
    `at_once` rows are awaited together. It may answer with a number, a bool, a label (str), None (cannot tell),
    a (value, label) pair, or a Judgement.
    """

    def decorate(function: Callable[..., Any]) -> FunctionEvaluator:
        return FunctionEvaluator(function, name, version, tuple(columns), where, takes_batch, target, at_once)

    return decorate


def _failure_of(error: BaseException) -> Failure:
    return Failure(f"{type(error).__name__}: {error}", retryable=bool(getattr(error, "retryable", False)))


def as_judgement(answer: Any) -> Judgement | Failure:
    """What a plain function may answer, as a Judgement. Raises ContractError for anything else."""
    if isinstance(answer, (Judgement, Failure)):
        return answer
    if answer is None:
        return Judgement(None)
    if isinstance(answer, str):
        return Judgement(None, label=answer)
    if isinstance(answer, tuple) and len(answer) == 2:
        value, label = answer
        return Judgement(None if value is None else float(value), label=str(label))
    try:
        return Judgement(float(answer))
    except (TypeError, ValueError):
        raise ContractError(
            f"an evaluator answered {type(answer).__name__}; answer a number, a label, None, "
            "(value, label) or a Judgement"
        ) from None
