"""What of a text column is compared. `output_text` is the text as a whole; `output_text.length` and the like, a part.

An aspect with a test of its own for texts is in `_OF_TEXTS`; the others turn texts into numbers or categories,
which are then compared as any column is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np

from spanglass_evaluators.columns import TEXT_COLUMNS
from spanglass_evaluators.drift.categorical import compare_categories
from spanglass_evaluators.drift.clusters import compare_centroids, compare_clusters
from spanglass_evaluators.drift.embedding import Points, embed
from spanglass_evaluators.drift.numeric import compare_numbers
from spanglass_evaluators.drift.terms import compare_terms
from spanglass_evaluators.drift.text import compare_points
from spanglass_evaluators.drift.wording import languages, templates
from spanglass_evaluators.models.embedding import named
from spanglass_evaluators.statistics.comparison import Comparison


@dataclass(frozen=True, slots=True)
class TextTests:
    """Settings of the tests of texts, as in DriftConfig."""

    permutations: int = 999
    alpha: float = 0.05
    examples: int = 3
    seed: int = 0
    embedding: str = ""
    """A prepared model's name or `module:function`; "": hashed n-grams of these very texts."""


@dataclass(frozen=True)
class TextPair:
    """The texts of both windows, sorted so that the order of rows does not count; embedded once for all aspects."""

    current: Sequence[str]
    reference: Sequence[str]
    tests: TextTests

    @staticmethod
    def of(current: Sequence[str], reference: Sequence[str], tests: TextTests) -> TextPair:
        return TextPair(sorted(current), sorted(reference), tests)

    @property
    def all(self) -> list[str]:
        return [*self.current, *self.reference]

    @cached_property
    def points(self) -> Points:
        if self.tests.embedding:
            return np.asarray(named(self.tests.embedding)(self.all), dtype=np.float64)
        return embed(self.all, seed=self.tests.seed)


def split_aspect(feature: str) -> tuple[str, str]:
    """(column, aspect) of a feature; the aspect is "" for a text as a whole and for other columns."""
    column, _, aspect = feature.partition(".")
    return (column, aspect) if column in TEXT_COLUMNS and aspect else (feature, "")


def compare_aspect(aspect: str, pair: TextPair) -> Comparison:
    """Raises KeyError for an aspect that is not in ASPECTS."""
    return _COMPARED[aspect](pair)


def _whole(pair: TextPair) -> Comparison:
    tests = pair.tests
    return compare_points(
        pair.points, len(pair.current), permutations=tests.permutations, alpha=tests.alpha, seed=tests.seed
    )


def _terms(pair: TextPair) -> Comparison:
    return compare_terms(pair.current, pair.reference, permutations=pair.tests.permutations, seed=pair.tests.seed)


def _clusters(pair: TextPair) -> Comparison:
    tests = pair.tests
    return compare_clusters(
        pair.all, pair.points, len(pair.current),
        examples=tests.examples, permutations=tests.permutations, seed=tests.seed,
    )  # fmt: skip


def _centroid(pair: TextPair) -> Comparison:
    return compare_centroids(pair.points, len(pair.current), permutations=pair.tests.permutations, seed=pair.tests.seed)


def _length(pair: TextPair) -> Comparison:
    now, before = (np.array([len(text) for text in texts], np.float64) for texts in (pair.current, pair.reference))
    return compare_numbers(now, before, permutations=pair.tests.permutations, seed=pair.tests.seed)


def _categories(of: Callable[[Sequence[str]], list[str]]) -> Compare:
    def compare(pair: TextPair) -> Comparison:
        found, n = of(pair.all), len(pair.current)
        return compare_categories(found[:n], found[n:], permutations=pair.tests.permutations, seed=pair.tests.seed)

    return compare


Compare: TypeAlias = Callable[[TextPair], Comparison]

_COMPARED: Mapping[str, Compare] = {
    "": _whole,
    "centroid": _centroid,
    "clusters": _clusters,
    "terms": _terms,
    "length": _length,
    "language": _categories(languages),
    "template": _categories(templates),
}
ASPECTS = tuple(name for name in _COMPARED if name)
