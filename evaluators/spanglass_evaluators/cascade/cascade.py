"""An evaluator made of stages. One score row a target, under the cascade's name; its explanation names the stage.

A stage leaves a target undecided when it fails, answers without a value, or with one inside its undecided band. The
last stage decides, whatever it answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from spanglass_evaluators.cascade.books import Books
from spanglass_evaluators.contract import Batch, Failure, Judgement, SpanEvaluator, TargetKind, target_of
from spanglass_evaluators.digest import config_digest
from spanglass_evaluators.engine.attempts import rows_of, score_batch
from spanglass_evaluators.errors import ConfigurationError

VERSION = "1"


@dataclass(frozen=True, slots=True)
class Stage:
    """`undecided`: (low, high), both inside; None: only an answer without a value is undecided."""

    evaluator: SpanEvaluator
    undecided: tuple[float, float] | None = None

    def decides(self, answer: Judgement | Failure) -> bool:
        if isinstance(answer, Failure) or answer.value is None:
            return False
        return self.undecided is None or not self.undecided[0] <= answer.value <= self.undecided[1]


@dataclass(frozen=True, slots=True)
class StageConfig:
    """What of a stage changes the verdict."""

    evaluator: str
    version: str
    digest: str
    undecided: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class CascadeConfig:
    stages: tuple[StageConfig, ...]


@dataclass(frozen=True)
class Cascade:
    """Behind the SpanEvaluator contract. `books` counts what each stage got and decided."""

    name: str
    stages: tuple[Stage, ...]
    books: Books = field(default_factory=Books, compare=False)
    version: str = VERSION

    def __post_init__(self) -> None:
        kinds = {target_of(stage.evaluator) for stage in self.stages}
        if len(self.stages) < 2 or len(kinds) > 1:
            raise ConfigurationError(
                f"cascade {self.name!r} has {len(self.stages)} stages that judge {', '.join(sorted(kinds))}: "
                "name at least two evaluators that judge the same kind of target"
            )

    @property
    def target(self) -> TargetKind:
        return target_of(self.stages[0].evaluator)

    @property
    def config(self) -> CascadeConfig:
        return CascadeConfig(
            tuple(
                StageConfig(s.evaluator.name, s.evaluator.version, config_digest(s.evaluator.config), s.undecided)
                for s in self.stages
            )
        )

    @property
    def columns(self) -> Sequence[str]:
        return tuple(dict.fromkeys(name for stage in self.stages for name in stage.evaluator.columns))

    @property
    def where(self) -> str:
        """What every stage can judge."""
        wheres = dict.fromkeys(stage.evaluator.where for stage in self.stages if stage.evaluator.where)
        return " AND ".join(f"({where})" for where in wheres)

    def score(self, batch: Batch) -> Sequence[Judgement | Failure]:
        results: list[Judgement | Failure] = [Judgement(None)] * batch.size
        costs: list[float | None] = [None] * batch.size
        left = list(range(batch.size))
        for number, stage in enumerate(self.stages):
            answers = score_batch(stage.evaluator, rows_of(_columns_of(stage, batch), left)) if left else []
            self.books.enter(number, answers)
            undecided = []
            for row, answer in zip(left, answers, strict=True):
                costs[row] = _sum(costs[row], answer)
                if number + 1 < len(self.stages) and not stage.decides(answer):
                    undecided.append(row)
                else:
                    results[row] = self._signed(number, answer, costs[row])
            left = undecided
        self.books.close(batch.size)
        return results

    def _signed(self, number: int, answer: Judgement | Failure, cost_usd: float | None) -> Judgement | Failure:
        name = self.stages[number].evaluator.name
        if isinstance(answer, Failure):
            return replace(answer, reason=f"{name}: {answer.reason}")
        signature = f"decided by {name} (stage {number + 1} of {len(self.stages)})"
        explanation = f"{signature}: {answer.explanation}" if answer.explanation else signature
        return replace(answer, explanation=explanation, cost_usd=cost_usd)


def _columns_of(stage: Stage, batch: Batch) -> Batch:
    return Batch({name: batch[name] for name in stage.evaluator.columns}, batch.size)


def _sum(cost: float | None, answer: Judgement | Failure) -> float | None:
    more = answer.cost_usd if isinstance(answer, Judgement) else None
    return cost if more is None else (cost or 0.0) + more
