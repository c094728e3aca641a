"""One batch, tried again for the rows that failed and may go well next time."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from spanglass_evaluators.contract import Batch, Failure, Judgement, SpanEvaluator
from spanglass_evaluators.errors import ContractError

logger = logging.getLogger(__name__)

_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 30.0


def pause_s(attempt: int) -> float:
    """Before try `attempt` + 2: 1, 2, 4, ... seconds, at most 30."""
    return min(_FIRST_PAUSE_S * 2.0**attempt, _LONGEST_PAUSE_S)


def score_with_retries(
    evaluator: SpanEvaluator,
    batch: Batch,
    retries: int,
    *,
    pause: Callable[[float], object],
    on_attempt: Callable[[], object] = lambda: None,
) -> Sequence[Judgement | Failure]:
    """One result per row. `on_attempt` is called before each try, `pause` between two."""
    on_attempt()
    results = score_batch(evaluator, batch)
    for attempt in range(retries):
        again = [i for i, result in enumerate(results) if isinstance(result, Failure) and result.retryable]
        if not again:
            break
        pause(pause_s(attempt))
        on_attempt()
        merged = list(results)
        for i, result in zip(again, score_batch(evaluator, rows_of(batch, again)), strict=True):
            merged[i] = result
        results = merged
    return results


def score_batch(evaluator: SpanEvaluator, batch: Batch) -> Sequence[Judgement | Failure]:
    """One result per row, whatever the evaluator does: what it raises is every row's failure.

    An answer that is no judgement, or whose value is no finite number, fails its own row.
    """
    try:
        results = evaluator.score(batch)
        if len(results) != batch.size:
            raise ContractError(f"{evaluator.name} answered {len(results)} results for {batch.size} rows")
    except (Exception, SystemExit) as error:  # noqa: BLE001  the wall between the loop and an evaluator's code
        logger.warning("evaluator %s failed on %d targets: %r", evaluator.name, batch.size, error)
        return [Failure(f"{type(error).__name__}: {error}", retryable=is_retryable(error))] * batch.size
    return [result if _is_sound(result) else _unsound(evaluator, result) for result in results]


def _is_sound(result: Any) -> bool:
    if not isinstance(result, Judgement):
        return isinstance(result, Failure)
    value = result.value
    return value is None or (isinstance(value, (int, float)) and math.isfinite(value))


def _unsound(evaluator: SpanEvaluator, result: Any) -> Judgement | Failure:
    """NumPy's numbers are taken for what they are; whatever else is told."""
    if not isinstance(result, Judgement):
        return Failure(
            f"ContractError: {evaluator.name} answered {type(result).__name__}; answer a Judgement or Failure"
        )
    try:
        value = float(result.value)  # type: ignore[arg-type]  # it is no float: that is why it is here
    except (TypeError, ValueError):
        return Failure(f"ContractError: the value {evaluator.name} answered is a {type(result.value).__name__}")
    return replace(result, value=value) if math.isfinite(value) else Failure(f"the evaluator answered {value}")


def is_retryable(error: BaseException) -> bool:
    """What says so itself, and what happens on a network."""
    return bool(getattr(error, "retryable", isinstance(error, (ConnectionError, TimeoutError))))


def rows_of(batch: Batch, rows: Sequence[int]) -> Batch:
    """The chosen rows, in their order."""
    return Batch({name: [values[i] for i in rows] for name, values in batch.columns.items()}, len(rows))
