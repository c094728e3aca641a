"""One feature of two windows: take its values, see whether they are enough, and run the test that fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from spanglass_evaluators.columns import TEXT_COLUMNS
from spanglass_evaluators.drift.aspects import TextPair, TextTests, compare_aspect
from spanglass_evaluators.drift.categorical import compare_categories
from spanglass_evaluators.drift.config import DriftConfig
from spanglass_evaluators.drift.features import Feature
from spanglass_evaluators.drift.limits import LEAST_CHUNKS, TIME, distance_and_limit
from spanglass_evaluators.drift.numeric import compare_numbers
from spanglass_evaluators.drift.strata import Strata, is_binary
from spanglass_evaluators.drift.values import Known, as_numbers, known, known_pair
from spanglass_evaluators.statistics.comparison import Comparison
from spanglass_evaluators.statistics.proportion import compare_proportions

Columns = Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Compared:
    """What the test found, or in words what was missing for it; and the least effect that counts."""

    n: int
    reference_n: int
    found: Comparison | str
    threshold: float = 0.0


class Comparing:
    """The columns of two windows. Texts are embedded once, however many aspects of them are asked for."""

    def __init__(self, reference: Columns, current: Columns, config: DriftConfig) -> None:
        self._reference = reference
        self._current = current
        self._config = config
        self._texts: dict[str, TextPair] = {}

    def compare(self, feature: Feature) -> Compared:
        """Never raises for what is in the columns; too few values are said in words."""
        if feature.is_joint:
            return self._thresholded(*self._joint())
        if feature.given:
            return self._thresholded(*self._given(feature))
        if feature.is_text:
            return self._thresholded(*self._text(feature))
        current, reference = known_pair(self._current[feature.column], self._reference[feature.column])
        if self._config.limits == "reference":
            return self._within_limits(feature, current)
        return self._thresholded(
            len(current), len(reference), self._enough(current, reference) or self._test(current, reference)
        )

    def _thresholded(self, n: int, reference_n: int, found: Comparison | str) -> Compared:
        threshold = 0.0 if isinstance(found, str) else self._config.threshold_of(found.method)
        return Compared(n, reference_n, found, threshold)

    def _enough(self, current: Known, reference: Known) -> str:
        """What is missing, in words; empty when nothing is."""
        least = self._config.min_rows
        return "" if min(len(current), len(reference)) >= least else f"{least} needed in each window"

    def _test(self, current: Known, reference: Known) -> Comparison:
        config = self._config
        if isinstance(current, list) or isinstance(reference, list):
            return compare_categories(
                list(map(str, current)), list(map(str, reference)),
                test=config.categorical_test, permutations=config.permutations, seed=config.seed,
            )  # fmt: skip
        if config.numeric_test == "auto" and is_binary(current) and is_binary(reference):
            return compare_proportions(
                int(current.sum()), len(current), int(reference.sum()), len(reference), alpha=config.alpha
            )
        return compare_numbers(
            current, reference, test=config.numeric_test, permutations=config.permutations, seed=config.seed
        )

    def _within_limits(self, feature: Feature, current: Known) -> Compared:
        values = self._reference[feature.column]
        order = np.argsort(as_numbers(self._reference[TIME]), kind="stable")
        reference = known([values[i] for i in order])
        missing = self._enough(current, reference)
        if not missing and len(reference) < LEAST_CHUNKS * len(current):
            missing = f"the reference must hold {LEAST_CHUNKS} times the rows of the window"
        if missing:
            return Compared(len(current), len(reference), missing)
        found = replace(self._test(current, reference), method="jensen_shannon")
        distance, limit = distance_and_limit(current, reference)
        return Compared(
            len(current),
            len(reference),
            replace(found, statistic=distance, effect=distance, low=None, high=None),
            limit,
        )

    def _text(self, feature: Feature) -> tuple[int, int, Comparison | str]:
        current, reference = (
            [text for text in columns[feature.column] if text and text.strip()]
            for columns in (self._current, self._reference)
        )
        missing = self._enough(current, reference)
        return (
            len(current),
            len(reference),
            missing or compare_aspect(feature.aspect, self._pair(feature.column, current, reference)),
        )

    def _pair(self, column: str, current: Sequence[str], reference: Sequence[str]) -> TextPair:
        if column not in self._texts:
            config = self._config
            tests = TextTests(config.permutations, config.alpha, config.examples, config.seed, config.embedding)
            self._texts[column] = TextPair.of(current, reference, tests)
        return self._texts[column]

    def _given(self, feature: Feature) -> tuple[int, int, Comparison | str]:
        strata = Strata.of(*((c[feature.column], c[feature.given]) for c in (self._current, self._reference)))
        missing = f"{self._config.min_rows} needed in each window"
        if min(strata.n, strata.reference_n) >= self._config.min_rows:
            missing = "" if strata.are_binary else f"which must be 0 or 1 to be compared given {feature.given}"
        return strata.n, strata.reference_n, missing or strata.compare(alpha=self._config.alpha)

    def _joint(self) -> tuple[int, int, Comparison | str]:
        from spanglass_evaluators.drift.joint import compare_jointly

        current, reference = _tabular(self._current, self._reference)
        n, m = (min(map(len, columns.values()), default=0) for columns in (current, reference))
        least = 4 * self._config.min_rows
        if min(n, m) < least or any(len(v) != k for c, k in ((current, n), (reference, m)) for v in c.values()):
            return n, m, f"{least} rows with all columns needed in each window"
        return n, m, compare_jointly(current, reference, alpha=self._config.alpha, seed=self._config.seed)


def _tabular(current: Columns, reference: Columns) -> tuple[Columns, Columns]:
    """What a classifier can use: no texts, and no column that holds nothing in both windows."""
    names = [
        name
        for name in current
        if name not in TEXT_COLUMNS and name != TIME and (len(known(current[name])) or len(known(reference[name])))
    ]
    return {name: current[name] for name in names}, {name: reference[name] for name in names}
