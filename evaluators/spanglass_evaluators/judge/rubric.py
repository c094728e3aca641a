"""A judge that gives points by criteria; with a reference, how far the answer agrees with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

import orjson

from spanglass_evaluators.contract import Batch, Failure, Judgement, TargetKind
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.functions import MODEL_ANSWERS
from spanglass_evaluators.judge.endpoint import ModelConfig
from spanglass_evaluators.judge.injection import suspicion
from spanglass_evaluators.judge.joining import JOINS, join_values
from spanglass_evaluators.judge.panel import Panel, Votes, failure_of, usd_of
from spanglass_evaluators.judge.prompt import PROMPT_VERSION, Question, cut
from spanglass_evaluators.judge.texts import text_of, turns_of

HAS_REFERENCE = "SpanAttributes['spanglass.metadata.reference'] != ''"
_CRITERION = re.compile(r"([a-z][a-z0-9_]{0,40})\s*:\s*(\S.*)", re.DOTALL)
_REASON_CHARS = 600

_TASK = """Judge the ANSWER{of}{beside}. Give each criterion a whole number from {low} (not met at all) to {high} \
(met in full).{instructions}

Criteria:
{criteria}"""


@dataclass(frozen=True, slots=True)
class RubricConfig:
    """`criteria`: "name: what it asks". `scale`: least and most points. `join`: mean, median, majority.

    `reference`, `context`: show the judge metadata.reference and the retrieved documents. `max_disagreement`: a
    wider spread of the judges' values (0 to 1) is no verdict. `on_suspicion`: `undecided` or `note`, for an answer
    that addresses its judge. `longest_text`: characters of a text that are sent. `calibration`: digest of the map.
    """

    criteria: tuple[str, ...] = ("helpfulness: Does the answer do what the question asks, correctly and completely?",)
    scale: tuple[int, ...] = (1, 5)
    instructions: str = ""
    reference: bool = False
    context: bool = False
    target: TargetKind = "span"
    join: str = "mean"
    max_disagreement: float = 0.5
    on_suspicion: str = "undecided"
    longest_text: int = 20_000
    calibration: str = ""
    models: tuple[ModelConfig, ...] = ()
    prompt_version: int = PROMPT_VERSION

    def checked(self, where: str) -> RubricConfig:
        """Itself. Raises ConfigurationError."""
        for text in self.criteria or ("",):
            if not isinstance(text, str) or not _CRITERION.fullmatch(text):
                raise ConfigurationError(f'{where}.criteria: {text!r}: write "name: what it asks", name in a-z, 0-9, _')
        if len(self.scale) != 2 or not 0 < self.scale[1] - self.scale[0] <= 100:
            raise ConfigurationError(f"{where}.scale = {list(self.scale)}: use [least, most], at most 100 apart")
        if self.join not in JOINS:
            raise ConfigurationError(f"{where}.join = {self.join!r}: use one of {', '.join(JOINS)}")
        if self.on_suspicion not in ("undecided", "note"):
            raise ConfigurationError(f'{where}.on_suspicion = {self.on_suspicion!r}: use "undecided" or "note"')
        return self

    @property
    def named_criteria(self) -> dict[str, str]:
        return {text.partition(":")[0].strip(): text.partition(":")[2].strip() for text in self.criteria}


@dataclass(frozen=True, slots=True)
class Rubric:
    """Value in [0, 1]: the mean of the criteria's points between the scale's ends; calibrated where there is a map."""

    name: str
    config: RubricConfig
    panel: Panel
    calibrate: Callable[[float], float] | None = None
    version: str = "1"
    afresh: bool = field(default=False)

    @property
    def target(self) -> TargetKind:
        return self.config.target

    @property
    def columns(self) -> tuple[str, ...]:
        asked = [
            name for name, on in (("reference", self.config.reference), ("documents_text", self.config.context)) if on
        ]
        return ("input_text", "output_text", *asked)

    @property
    def where(self) -> str:
        return f"{MODEL_ANSWERS} AND {HAS_REFERENCE}" if self.config.reference else MODEL_ANSWERS

    def score(self, batch: Batch) -> Sequence[Judgement | Failure]:
        rows = list(zip(*(batch[name] for name in self.columns), strict=True))
        doubts = [suspicion(turns_of(row[0], row[1])[1]) for row in rows]
        asked = [i for i, doubt in enumerate(doubts) if not doubt or self.config.on_suspicion == "note"]
        votes = dict(
            zip(asked, self.panel.ask([self.question(rows[i]) for i in asked], afresh=self.afresh), strict=True)
        )
        return [self._judge(votes[i], doubt) if i in votes else _suspect(doubt) for i, doubt in enumerate(doubts)]

    def question(self, row: Sequence[Any]) -> Question:
        config = self.config
        asked, said = turns_of(row[0], row[1])
        texts = [("QUESTION", asked)] if asked else []
        texts += [
            (name.partition("_")[0].upper(), text_of(cell))
            for name, cell in zip(self.columns[2:], row[2:], strict=True)
        ]
        beside = " against the REFERENCE, which is right" if config.reference else ""
        beside += ", given the DOCUMENTS it was to rest on" if config.context else ""
        task = _TASK.format(
            of=" to the QUESTION" if asked else "",
            beside=beside,
            low=config.scale[0],
            high=config.scale[1],
            instructions=f" {config.instructions}" if config.instructions else "",
            criteria="\n".join(f"- {name}: {text}" for name, text in config.named_criteria.items()),
        )
        texts.append(("ANSWER", said))
        return Question(task, tuple((name, cut(text, config.longest_text)) for name, text in texts), self._properties())

    def _properties(self) -> dict[str, Any]:
        points = {"type": "integer", "enum": list(range(self.config.scale[0], self.config.scale[1] + 1))}
        names = list(self.config.named_criteria)
        scores = {"type": "object", "properties": dict.fromkeys(names, points), "required": names}
        return {"scores": {**scores, "additionalProperties": False}}

    def _judge(self, votes: Votes, doubt: str) -> Judgement | Failure:
        verdicts = [answer.verdict for answer in votes.answers if answer.verdict is not None]
        usd = usd_of([votes])
        if len(verdicts) * 2 <= len(votes.outcomes):
            return failure_of([votes]) if votes.errors else Judgement(None, "declined", "", usd)
        joined = join_values([self._value(v) for v in verdicts], self.config.join, self.config.max_disagreement)
        details = self._details(votes, verdicts) | {"spread": round(joined.spread, 3), "suspicion": doubt}
        if joined.value is None:
            return Judgement(None, "disagreement", _explained(details), usd)
        if self.calibrate is None:
            return Judgement(joined.value, "", _explained(details), usd)
        return Judgement(self.calibrate(joined.value), "", _explained(details | {"raw": joined.value}), usd)

    def _value(self, verdict: dict[str, Any]) -> float:
        low, high = self.config.scale
        return fmean((points - low) / (high - low) for points in verdict["scores"].values())

    def _details(self, votes: Votes, verdicts: Sequence[dict[str, Any]]) -> dict[str, Any]:
        scores = {name: fmean(v["scores"][name] for v in verdicts) for name in self.config.named_criteria}
        values = {
            judge.config.model: round(self._value(outcome.verdict), 4)
            for judge, outcome in zip(self.panel.judges, votes.outcomes, strict=True)
            if not isinstance(outcome, Exception) and outcome.verdict is not None
        }
        reason = str(verdicts[0]["reason"])[:_REASON_CHARS]
        return {"reason": reason, "scores": scores, "judges": values, "errors": [str(e) for e in votes.errors]}


def _suspect(doubt: str) -> Judgement:
    return Judgement(None, "suspicious", _explained({"suspicion": doubt}), 0.0)


def _explained(details: dict[str, Any]) -> str:
    """JSON of what there is."""
    return orjson.dumps({name: value for name, value in details.items() if value not in ("", [], {})}).decode()
