"""Which kinds of text came and went: clusters over both windows, their shares, and examples of what is new."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn.cluster import KMeans

from spanglass_evaluators.drift.categorical import compare_categories
from spanglass_evaluators.drift.embedding import Points
from spanglass_evaluators.statistics.comparison import Comparison

_TEXTS_A_CLUSTER = 25
_MOST_CLUSTERS = 12
_SHOWN = 80


def compare_clusters(
    texts: Sequence[str], points: Points, n: int, *, examples: int, permutations: int, seed: int
) -> Comparison:
    """The first `n` texts are the current window's. Effect: Cramér's V of the shares of the clusters.

    k-means does not see which window a text is from, so the test of the shares is fair. `examples`: how many
    texts of the cluster that grew most are quoted, those nearest its centre.
    """
    found = _clusters(points, seed)
    labels = [f"{label}" for label in found]
    shares = compare_categories(labels[:n], labels[n:], permutations=permutations, seed=seed)
    grown = _grown_most(found, n)
    now, before = (float(np.mean(part == grown)) for part in (found[:n], found[n:]))
    quoted = _nearest(texts, points, np.flatnonzero(found[:n] == grown), examples)
    news = f"{len(set(labels))} kinds of text; one went from {before:.3f} to {now:.3f}"
    return Comparison(
        "clusters", shares.statistic, shares.p_value, shares.effect, explanation="; such as ".join([news, *quoted])
    )


def _clusters(points: Points, seed: int) -> npt.NDArray[np.int64]:
    distinct = len(np.unique(points.round(6), axis=0))
    k = max(1, min(_MOST_CLUSTERS, len(points) // _TEXTS_A_CLUSTER, distinct))
    labels: npt.NDArray[np.int64] = KMeans(k, n_init=2, random_state=seed).fit_predict(points).astype(np.int64)
    return labels


def _grown_most(found: npt.NDArray[np.int64], n: int) -> int:
    size = int(found.max()) + 1
    now, before = (np.bincount(part, minlength=size) / len(part) for part in (found[:n], found[n:]))
    return int((now - before).argmax())


def _nearest(texts: Sequence[str], points: Points, rows: npt.NDArray[np.int64], examples: int) -> list[str]:
    if not len(rows):
        return []
    distances = np.linalg.norm(points[rows] - points[rows].mean(axis=0), axis=1)
    order = rows[np.argsort(distances, kind="stable")]
    different = list(dict.fromkeys(" ".join(texts[row].split())[:_SHOWN] for row in order))
    return [repr(text) for text in different[:examples]]


def compare_centroids(points: Points, n: int, *, permutations: int, seed: int) -> Comparison:
    """Effect: distance of the windows' mean points over the mean distance of a text to its window's mean.

    The first `n` points are the current window's; p by permutation.
    """
    labels = np.repeat((np.arange(len(points)) < n).astype(np.float64)[:, None], permutations + 1, axis=1)
    labels[:, 1:] = np.random.default_rng(seed).permuted(labels[:, 1:], axis=0)
    total = points.sum(axis=0)[:, None]
    current = points.T @ labels
    distances = np.linalg.norm(current / n - (total - current) / (len(points) - n), axis=0)
    p_value = (1 + int((distances[1:] >= distances[0] - 1e-12).sum())) / (1 + permutations)
    return Comparison("centroid", float(distances[0]), p_value, _relative(points, n, float(distances[0])))


def _relative(points: Points, n: int, distance: float) -> float:
    parts = (points[:n], points[n:])
    spread = float(np.mean([np.linalg.norm(part - part.mean(axis=0), axis=1).mean() for part in parts]))
    return distance / spread if spread > 1e-9 else float(distance > 1e-9)
