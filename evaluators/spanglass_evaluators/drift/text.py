"""Texts: maximum mean discrepancy with a permutation test, and a classifier that tells the windows apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import pdist, squareform
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from spanglass_evaluators.drift.embedding import Points, embed
from spanglass_evaluators.statistics.comparison import Comparison

_FOLDS = 5
_CONSTANT_KERNEL = 1.0
_SAME_POINT = 1e-12


def compare_texts(
    current: Sequence[str],
    reference: Sequence[str],
    *,
    permutations: int = 999,
    alpha: float = 0.05,
    seed: int = 0,
) -> Comparison:
    """Embeds the texts and compares their points. Needs 5 texts each."""
    # Sorted, so that the answer does not depend on the order of the rows; the seed does the rest.
    points = embed([*sorted(current), *sorted(reference)], seed=seed)
    return compare_points(points, len(current), permutations=permutations, alpha=alpha, seed=seed)


def compare_points(points: Points, n: int, *, permutations: int, alpha: float, seed: int) -> Comparison:
    """The first `n` points are the current window's. p: MMD's permutation test (Gretton et al. 2012).

    Effect: 2 AUC - 1 of a classifier of windows, 0 when they cannot be told apart and 1 when they always can.
    """
    statistic, p_value = mmd_test(points, n, permutations=permutations, seed=seed)
    auc = domain_auc(points, n, seed=seed)
    margin = float(norm.ppf(1 - alpha / 2)) * auc_error(auc, n, len(points) - n)
    return Comparison(
        method="mmd",
        statistic=statistic,
        p_value=p_value,
        # Below .5 the classifier learnt what it was trained on by heart: the same prompts in both windows do
        # that.
        effect=max(0.0, 2 * auc - 1),
        low=max(0.0, 2 * (auc - margin) - 1),
        high=max(0.0, min(1.0, 2 * (auc + margin) - 1)),
        explanation=f"a classifier tells the windows apart with AUC {auc:.3f}",
    )


def mmd_test(points: Points, n: int, *, permutations: int, seed: int) -> tuple[float, float]:
    """(unbiased MMD², p) of the first `n` points against the rest; Gaussian kernel of the median distance."""
    kernel = _kernel(points)
    generator = np.random.default_rng(seed)
    labels = np.zeros((len(points), permutations + 1), dtype=np.float64)
    labels[:n, 0] = 1
    for column in range(1, permutations + 1):
        labels[generator.permutation(len(points))[:n], column] = 1
    statistics = _mmd_squared(kernel, labels)
    # 1e-12: the same split computed twice must count as equal.
    at_least = int((statistics[1:] >= statistics[0] - 1e-12).sum())
    return float(statistics[0]), (1 + at_least) / (1 + permutations)


def _kernel(points: Points) -> npt.NDArray[np.float64]:
    squared = pdist(points, "sqeuclidean")
    squared[squared < _SAME_POINT] = 0  # otherwise the rounding of equal texts would set the scale
    median = float(np.median(squared)) or float(squared.mean())
    kernel = np.exp(-squareform(squared) / median) if median > 0 else np.full([len(points)] * 2, _CONSTANT_KERNEL)
    np.fill_diagonal(kernel, 0)
    return kernel


def _mmd_squared(kernel: npt.NDArray[np.float64], labels: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """One value a column of 0/1 labels; the kernel's diagonal is 0 (the unbiased estimator leaves it out)."""
    n = labels[:, 0].sum()
    m = len(kernel) - n
    within = np.einsum("ij,ij->j", labels, kernel @ labels)
    across = labels.T @ kernel.sum(axis=1) - within
    rest = kernel.sum() - within - 2 * across
    return np.asarray(within / (n * (n - 1)) + rest / (m * (m - 1)) - 2 * across / (n * m))


def domain_auc(points: Points, n: int, *, seed: int) -> float:
    """Cross-validated AUC of a logistic regression that tells the first `n` points from the rest."""
    labels = (np.arange(len(points)) < n).astype(int)
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=seed)
    aucs = []
    for train, test in folds.split(points, labels):
        model = LogisticRegression(C=10.0, class_weight="balanced", max_iter=200)
        model.fit(points[train], labels[train])
        aucs.append(float(roc_auc_score(labels[test], model.decision_function(points[test]))))
    return float(np.mean(aucs))


def auc_error(auc: float, n: int, m: int) -> float:
    """Standard error of an AUC (Hanley and McNeil 1982)."""
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = auc * (1 - auc) + (n - 1) * (q1 - auc**2) + (m - 1) * (q2 - auc**2)
    return float(np.sqrt(max(variance, 0.0) / (n * m)))
