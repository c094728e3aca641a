"""A frozen set of judged answers that a judge judges again, day by day: does it still say what it said?

The file is JSON Lines, mode 0600 because it holds texts: a head {format, judge, version, digest, made_at}, then one
{id, row, value} an item; `row` holds the judge's columns. It is written once.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from spanglass_evaluators.contract import Batch, Failure, Judgement, SpanEvaluator, WindowJudgement
from spanglass_evaluators.digest import config_digest
from spanglass_evaluators.errors import ConfigurationError

_FORMAT = 1
_FLIPS = 9999
_SEED = 20260101
LEAST_ITEMS = 20


@dataclass(frozen=True, slots=True)
class AnchorItem:
    """What was judged and what the judge said then. `row`: the judge's columns, derived ones too."""

    id: str
    row: dict[str, Any]
    value: float


@dataclass(frozen=True, slots=True)
class AnchorSet:
    judge: str
    version: str
    digest: str
    made_at: str
    items: tuple[AnchorItem, ...]

    def batch(self, columns: Sequence[str]) -> Batch:
        return Batch({name: [item.row[name] for item in self.items] for name in columns}, len(self.items))

    def check(self, evaluator: SpanEvaluator) -> None:
        """Raises ConfigurationError when the judge is another one now: its difference would not be drift."""
        now = (evaluator.name, evaluator.version, config_digest(evaluator.config))
        if now != (self.judge, self.version, self.digest):
            raise ConfigurationError(
                f"the anchor set was frozen with {self.judge} {self.version} ({self.digest}), the settings make "
                f"{now[0]} {now[1]} ({now[2]}): freeze a new one"
            )


def save_anchors(anchors: AnchorSet, path: Path) -> None:
    """Raises ConfigurationError when the file exists."""
    head = {"format": _FORMAT, "judge": anchors.judge, "version": anchors.version, "digest": anchors.digest}
    lines = [head | {"made_at": anchors.made_at}]
    lines += [{"id": item.id, "row": item.row, "value": item.value} for item in anchors.items]
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError as error:
        raise ConfigurationError(f"{path} exists: an anchor set is frozen; name another file") from error
    with os.fdopen(handle, "wb") as file:
        file.writelines(orjson.dumps(line) + b"\n" for line in lines)


def load_anchors(path: Path) -> AnchorSet:
    """Raises ConfigurationError."""
    try:
        head, *rest = [orjson.loads(line) for line in path.read_bytes().splitlines()]
        if head.pop("format") != _FORMAT:
            raise ConfigurationError(f"{path} has another format: freeze a new anchor set")
        return AnchorSet(**head, items=tuple(AnchorItem(**item) for item in rest))
    except (OSError, orjson.JSONDecodeError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise ConfigurationError(f"{path} is no anchor set: write one with 'spanglass judge anchor freeze'") from error


def anchor_drift(
    anchors: AnchorSet, results: Sequence[Judgement | Failure], *, alpha: float = 0.01, least_effect: float = 0.2
) -> WindowJudgement:
    """Paired: what the judge says now against then, on the same texts.

    Effect: the mean difference over the standard deviation of the frozen values, with a 95 % bootstrap interval;
    p by sign-flip permutation, exact under "the judge is as it was". Drifted: p below alpha, and the effect at least
    `least_effect`; unknown with fewer than 20 items judged both times.
    """
    pairs = [
        (item.value, result.value)
        for item, result in zip(anchors.items, results, strict=True)
        if isinstance(result, Judgement) and result.value is not None
    ]
    about = f"anchor:{anchors.judge}"
    missing = len(anchors.items) - len(pairs)
    said = f"{missing} of {len(anchors.items)} not judged" if missing else ""
    if len(pairs) < LEAST_ITEMS:
        few = f"not enough data: {len(pairs)} items judged both times, {LEAST_ITEMS} needed"
        return WindowJudgement(
            about,
            "anchor",
            len(pairs),
            len(anchors.items),
            threshold=least_effect,
            explanation="; ".join(filter(None, (few, said))),
        )
    then, now = np.array(pairs, dtype=np.float64).T
    difference = now - then
    spread = float(then.std(ddof=1)) or 1.0
    effect = float(difference.mean()) / spread
    rng = np.random.default_rng(_SEED)
    resampled = difference[rng.integers(0, len(pairs), size=(2000, len(pairs)))].mean(axis=1) / spread
    low, high = np.quantile(resampled, [0.025, 0.975])
    p_value = _sign_flip(difference, rng)
    moved = f"mean {then.mean():.3f} -> {now.mean():.3f}; {int((difference != 0).sum())} of {len(pairs)} differ"
    return WindowJudgement(
        about,
        "anchor",
        len(pairs),
        len(anchors.items),
        statistic=float(difference.mean()),
        p_value=p_value,
        effect_size=effect,
        effect_low=float(low),
        effect_high=float(high),
        threshold=least_effect,
        drifted=p_value < alpha and abs(effect) >= least_effect,
        explanation="; ".join(filter(None, (moved, said))),
    )


def _sign_flip(difference: Any, rng: np.random.Generator) -> float:
    signs = rng.choice([-1.0, 1.0], size=(_FLIPS, len(difference)))
    flipped = np.abs((signs * difference).mean(axis=1))
    return float((1 + (flipped >= abs(difference.mean()) - 1e-12).sum()) / (_FLIPS + 1))
