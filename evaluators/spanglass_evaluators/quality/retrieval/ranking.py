"""Measures of a ranking against relevance grades (0 is irrelevant): pure, ties are the caller's order.

Precision and recall at k; reciprocal rank; nDCG with gain 2^grade - 1 and discount log2(rank + 1) (Burges et al.
2005), which for grades 0 and 1 is the same as with the plain grade as gain. A document that is listed twice counts
once, at its first place. A ranking shorter than k is divided by k: what was not returned is not relevant.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

Grades = Mapping[str, float]


def precision_at(ranking: Sequence[str], grades: Grades, k: int) -> float:
    """Relevant ones of the first k, over k."""
    return sum(grades.get(name, 0) > 0 for name in _first(ranking, k)) / k


def recall_at(ranking: Sequence[str], grades: Grades, k: int) -> float | None:
    """Relevant ones among the first k, of all that are relevant; None when none is."""
    relevant = sum(grade > 0 for grade in grades.values())
    found = sum(grades.get(name, 0) > 0 for name in _first(ranking, k))
    return found / relevant if relevant else None


def reciprocal_rank(ranking: Sequence[str], grades: Grades, k: int) -> float:
    """1 / the rank of the first relevant one of the first k; 0 when there is none."""
    return next((1 / rank for rank, name in enumerate(_first(ranking, k), 1) if grades.get(name, 0) > 0), 0.0)


def ndcg_at(ranking: Sequence[str], grades: Grades, k: int) -> float | None:
    """Gain by rank over that of the best ranking; None when nothing is relevant."""
    best = _gain(sorted(grades.values(), reverse=True)[:k])
    return _gain([grades.get(name, 0) for name in _first(ranking, k)]) / best if best else None


def _gain(grades: Sequence[float]) -> float:
    return sum((2 ** max(grade, 0) - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, 1))


def _first(ranking: Sequence[str], k: int) -> list[str]:
    return list(dict.fromkeys(ranking))[:k]
