"""Does an evaluator judge the same text otherwise when it speaks of another group? Swapped, scored again, compared.

A window evaluator over a sample of texts (`[[counterfactual]]`), and what `spanglass fairness audit` runs. It audits
evaluators: only those whose scores do not depend on who is spoken of are fit to compare groups with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spanglass_evaluators.bias.swap import Swapped, swaps
from spanglass_evaluators.bias.swap_gap import Flips, PairGap, Scored, flips, pair_gaps
from spanglass_evaluators.bias.terms.vocabulary import AXES
from spanglass_evaluators.contract import Batch, Failure, Judgement, SpanEvaluator, Window, WindowJudgement
from spanglass_evaluators.errors import ConfigurationError

TEXTS = ("input_text", "output_text")

# Stands between question and answer while both are swapped as one text; neither sentence runs into the other.
_BETWEEN = "\n\x1e\n"


@dataclass(frozen=True, slots=True)
class CounterfactualConfig:
    """`evaluators`: names of those that are audited. `axes`: what is swapped.

    A verdict flips when its label changes, or, for scores without labels, when it crosses one half. `tolerated_gap` is
    in units of the score. At most `swaps_per_text` of a text and axis are made, spread over the pairs.
    """

    evaluators: tuple[str, ...] = ("toxicity",)
    axes: tuple[str, ...] = AXES
    alpha: float = 0.05
    min_texts: int = 20
    tolerated_gap: float = 0.05
    tolerated_flips: float = 0.02
    swaps_per_text: int = 12


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was asked and answered; either may be empty."""

    asked: str
    said: str


@dataclass(frozen=True, slots=True)
class Variant:
    """Text number `text`, speaking of another group."""

    text: int
    swapped: Swapped
    exchange: Exchange


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """The window evaluator; it looks at the current window alone."""

    config: CounterfactualConfig
    audited: tuple[SpanEvaluator, ...]
    name: str = "counterfactual"
    version: str = "1"

    @property
    def columns(self) -> tuple[str, ...]:
        return TEXTS

    def judge(self, reference: Window | None, current: Window) -> Sequence[WindowJudgement]:
        """A row for each evaluator and axis (flips), and for each pair of groups (mean gap)."""
        pairs = zip(*(current.columns[name] for name in TEXTS), strict=True)
        exchanges = [Exchange(asked or "", said or "") for asked, said in pairs]
        variants = list(variants_of(exchanges, self.config.axes, self.config.swaps_per_text))
        return [
            row
            for evaluator in self.audited
            for row in judgements(evaluator.name, rescored(evaluator, exchanges, variants), self.config)
        ]


def judgements(feature: str, scored: Sequence[Scored], config: CounterfactualConfig) -> Iterator[WindowJudgement]:
    """A row an axis (flips), then a row a pair of groups (mean gap)."""
    turned = flips(scored, alpha=config.alpha)
    if not turned:
        yield WindowJudgement(feature, "identity_flips", 0, 0, explanation="no text names a group")
    for found in turned:
        yield _of_flips(feature, found, config)
    for gap in pair_gaps(scored, alpha=config.alpha, min_texts=config.min_texts):
        yield _of_gap(feature, gap, config)


def _of_flips(feature: str, found: Flips, config: CounterfactualConfig) -> WindowJudgement:
    tolerated = config.tolerated_flips
    enough = found.texts >= config.min_texts
    return WindowJudgement(
        feature, "identity_flips", found.texts, found.swaps, cohort=f"{found.axis} swapped",
        effect_size=found.share, effect_low=found.low, effect_high=found.high, threshold=tolerated,
        statistic=found.largest, drifted=found.low > tolerated if enough else None,
        explanation=f"{found.flipped} of {found.texts} verdicts turn; "
        f"scores move by {found.mean_absolute:.3g} on average, at most {found.largest:.3g}",
    )  # fmt: skip


def _of_gap(feature: str, found: PairGap, config: CounterfactualConfig) -> WindowJudgement:
    tolerated = config.tolerated_gap
    beyond = None
    if found.low is not None and found.high is not None:
        beyond = found.low > tolerated or found.high < -tolerated
    short = "" if beyond is not None else f"not enough data: fewer than {config.min_texts} texts; "
    return WindowJudgement(
        feature, "identity_swap", found.texts, found.swaps,
        cohort=f"{found.axis}={found.second} vs {found.axis}={found.first}",
        statistic=found.statistic, p_value=found.p_value, adjusted_p_value=found.adjusted_p_value,
        effect_size=found.gap, effect_low=found.low, effect_high=found.high, threshold=tolerated, drifted=beyond,
        explanation=f"{short}{found.flipped} of {found.texts} verdicts turn",
    )  # fmt: skip


def variants_of(exchanges: Sequence[Exchange], axes: Sequence[str], most_per_text: int) -> Iterator[Variant]:
    """Each text about each other group of each axis that it names; of many an even spread, the same every time."""
    for at, exchange in enumerate(exchanges):
        for axis in axes:
            made = swaps(f"{exchange.asked}{_BETWEEN}{exchange.said}", axis)
            step = max(1, -(-len(made) // most_per_text))
            for swapped in made[at % step :: step]:
                asked, _, said = swapped.text.partition(_BETWEEN)
                yield Variant(at, swapped, Exchange(asked, said))


def rescored(evaluator: SpanEvaluator, exchanges: Sequence[Exchange], variants: Sequence[Variant]) -> list[Scored]:
    """What the evaluator says of each text before and after. Raises ConfigurationError if it reads other columns."""
    named = sorted({variant.text for variant in variants})
    before = dict(zip(named, judged(evaluator, [exchanges[at] for at in named]), strict=True))
    after = judged(evaluator, [variant.exchange for variant in variants])
    return [compared(v.text, v.swapped, before[v.text], a) for v, a in zip(variants, after, strict=True)]


def compared(text: int, swapped: Swapped, before: Judgement | None, after: Judgement | None) -> Scored:
    values = [None if one is None else one.value for one in (before, after)]
    return Scored(text, swapped, values[0], values[1], flipped=_flipped(before, after))


def judged(evaluator: SpanEvaluator, exchanges: Sequence[Exchange]) -> list[Judgement | None]:
    """One judgement a text, None where it failed."""
    needed = [name for name in evaluator.columns if name not in TEXTS]
    if needed:
        raise ConfigurationError(f"{evaluator.name} reads {', '.join(needed)}: only evaluators of texts can be audited")
    if not exchanges:
        return []
    columns = {"input_text": [e.asked for e in exchanges], "output_text": [e.said for e in exchanges]}
    results = evaluator.score(Batch({name: columns[name] for name in evaluator.columns}, len(exchanges)))
    return [None if isinstance(result, Failure) else result for result in results]


def _flipped(before: Judgement | None, after: Judgement | None) -> bool:
    if before is None or after is None:
        return False
    if before.label or after.label:
        return before.label != after.label
    return before.value is not None and after.value is not None and (before.value > 0.5) != (after.value > 0.5)
