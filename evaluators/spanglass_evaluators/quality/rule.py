"""A rule over one row, and the evaluator around it: what most quality scores are.

A module of a rule ends in a `Rule` constant, which names the function, its settings and the columns it reads. The
function gets the settings and the row's columns, and answers with a Judgement or a Failure; it is pure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from spanglass_evaluators.contract import Batch, Failure, Judgement, SpanEvaluator, TargetKind
from spanglass_evaluators.functions import MODEL_ANSWERS
from spanglass_evaluators.registration import Options, Registration, configured


@dataclass(frozen=True, slots=True)
class NoSettings:
    """The configuration of a rule that has none."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`judge(config, *columns of the row)`. For traces and sessions each column is a list over their spans.

    `where` may depend on the settings.
    """

    name: str
    judge: Callable[..., Judgement | Failure]
    columns: tuple[str, ...] = ("output_text",)
    config: type[Any] = NoSettings
    where: str | Callable[[Any], str] = MODEL_ANSWERS
    version: str = "1"
    target: TargetKind = "span"


@dataclass(frozen=True, slots=True)
class RuleEvaluator:
    """A rule with its settings, as the engine wants it."""

    rule: Rule
    config: Any

    @property
    def name(self) -> str:
        return self.rule.name

    @property
    def version(self) -> str:
        return self.rule.version

    @property
    def columns(self) -> tuple[str, ...]:
        return self.rule.columns

    @property
    def where(self) -> str:
        where = self.rule.where
        return where if isinstance(where, str) else where(self.config)

    @property
    def target(self) -> TargetKind:
        return self.rule.target

    def score(self, batch: Batch) -> Sequence[Judgement | Failure]:
        judge, config = self.rule.judge, self.config
        columns = [batch[name] for name in self.rule.columns]
        return [judge(config, *row) for row in zip(*columns, strict=True)]


def evaluator_of(rule: Rule, options: Options | None = None) -> RuleEvaluator:
    """The rule with settings from a table. Raises ConfigurationError for one it does not have."""
    return RuleEvaluator(rule, configured(rule.config, options or {}, f"evaluators.{rule.name}"))


def rule_at(place: str, name: str, *, enabled_by_default: bool = False) -> Registration:
    """Registers a rule of this family by `module:NAME`; the module is imported when it is built."""
    module, _, constant = place.partition(":")

    def build(options: Options) -> SpanEvaluator:
        found = import_module(f"spanglass_evaluators.quality.{module}")
        return evaluator_of(getattr(found, constant), options)

    return Registration(name, build, enabled_by_default=enabled_by_default)
