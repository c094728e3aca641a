"""Accuracy, precision, recall and F1 of labels over a window: `[[classification]]` in the settings.

Precision, recall and F1 by label and their unweighted means (macro), from scikit-learn; what is undefined (a label
that was never said) is 0, as is usual. Intervals of shares are Wilson's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sklearn.metrics import precision_recall_fscore_support
from statsmodels.stats.proportion import proportion_confint

from spanglass_evaluators.contract import Window, WindowJudgement
from spanglass_evaluators.quality.matching import normalise

_MOST_LABELS = 50


@dataclass(frozen=True, slots=True)
class ClassificationConfig:
    """`predicted` and `truth`: columns whose normalised texts are the labels. `min_rows`: fewer say nothing."""

    predicted: str = "output_text"
    truth: str = "reference"
    min_rows: int = 10


@dataclass(frozen=True, slots=True)
class Classification:
    """One row for accuracy, one each for macro precision, recall and F1, and three a label (cohort = the label)."""

    config: ClassificationConfig = ClassificationConfig()
    name: str = "classification"
    version: str = "1"

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.config.predicted, self.config.truth)

    def judge(self, reference: Window | None, current: Window) -> Sequence[WindowJudgement]:
        columns = (current.columns[name] for name in self.columns)
        pairs = [(normalise(str(said)), normalise(str(true))) for said, true in zip(*columns, strict=False) if true]
        if len(pairs) < self.config.min_rows:
            return []
        return [_accuracy(pairs), *_by_label(pairs)]


def _accuracy(pairs: Sequence[tuple[str, str]]) -> WindowJudgement:
    right = sum(said == true for said, true in pairs)
    low, high = proportion_confint(right, len(pairs), method="wilson")
    value = right / len(pairs)
    return WindowJudgement(
        "accuracy", "share", len(pairs), 0, statistic=value, effect_size=value, effect_low=low, effect_high=high
    )


def _by_label(pairs: Sequence[tuple[str, str]]) -> Iterator[WindowJudgement]:
    said, true = zip(*pairs, strict=True)
    labels = sorted(set(true))[:_MOST_LABELS]
    for names, average in ((["macro"], "macro"), (labels, None)):
        found = precision_recall_fscore_support(true, said, labels=labels, average=average, zero_division=0)
        for metric, values in zip(("precision", "recall", "f1"), found, strict=False):
            for label, value in zip(names, [values] if average else values, strict=True):
                yield WindowJudgement(
                    metric, "macro" if average else "label", len(pairs), 0,
                    cohort="" if average else label, statistic=float(value), effect_size=float(value),
                )  # fmt: skip
