"""All columns together: can a classifier tell which window a row is from. Finds what no column shows alone.

Lopez-Paz and Oquab (2017): the classifier learns on one half of the rows and is measured on the other, which it
never saw; so the p-value of its AUC is that of a rank test.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier

from spanglass_evaluators.drift.values import as_numbers, as_texts, known
from spanglass_evaluators.statistics.comparison import Comparison
from spanglass_evaluators.statistics.ranking import Auc, auc_of

Rows = npt.NDArray[np.float64]
Columns = Mapping[str, Sequence[Any]]

_MOST_ROWS = 4000
_MOST_LEVELS = 60
_NAMED = 3


def compare_jointly(current: Columns, reference: Columns, *, alpha: float = 0.05, seed: int = 0) -> Comparison:
    """Effect: 2 AUC - 1 with DeLong's interval. The columns of a window must be of one length.

    At most 4000 rows a window are used. The explanation names the columns without which AUC falls most.
    """
    names = sorted(current.keys() & reference.keys())
    now, before, levels = _encoded(current, reference, names)
    generator = np.random.default_rng(seed)
    halves = [_halves(rows, generator) for rows in (now, before)]
    model = HistGradientBoostingClassifier(
        max_iter=60, max_leaf_nodes=15, categorical_features=levels, early_stopping=False, random_state=seed
    )
    train, test = ([half[i] for half in halves] for i in (0, 1))
    model.fit(np.vstack(train), np.repeat([1, 0], [len(part) for part in train]))
    auc = _auc(model, test, alpha)
    causes = _causes(model, test, auc.value, names, generator)
    effect, low, high = (max(0.0, 2 * value - 1) for value in (auc.value, auc.low, auc.high))
    told = f"a classifier of all columns tells the windows apart with AUC {auc.value:.3f}"
    # A classifier that is worse than chance found nothing: the test has one side.
    p_value = auc.p_value / 2 if auc.value >= 0.5 else 1 - auc.p_value / 2
    return Comparison("domain_classifier", auc.value, p_value, effect, low, high, told + causes)


def _encoded(current: Columns, reference: Columns, names: Sequence[str]) -> tuple[Rows, Rows, list[bool]]:
    """Numbers as they are, categories by rank of frequency (the rare ones as one); which are categories."""
    encoded, categorical = [], []
    for name in names:
        values = [*current[name], *reference[name]]
        categorical.append(isinstance(known(values), list))
        encoded.append(_ranked(values) if categorical[-1] else as_numbers(values))
    rows, n = np.column_stack(encoded), len(current[names[0]])
    return rows[:n], rows[n:], categorical


def _ranked(values: Sequence[Any]) -> npt.NDArray[np.float64]:
    texts = as_texts(values)
    common = sorted(Counter(texts).items(), key=lambda found: (-found[1], found[0]))[:_MOST_LEVELS]
    rank = {text: i for i, (text, _) in enumerate(common)}
    return np.array([rank.get(text, _MOST_LEVELS) for text in texts], dtype=np.float64)


def _halves(rows: Rows, generator: np.random.Generator) -> tuple[Rows, Rows]:
    """Sorted first, so that the answer does not depend on the order of the rows."""
    ordered = rows[np.lexsort(rows.T)]
    chosen = ordered[generator.permutation(len(ordered))[:_MOST_ROWS]]
    middle = len(chosen) // 2
    return chosen[:middle], chosen[middle:]


def _auc(model: HistGradientBoostingClassifier, test: Sequence[Rows], alpha: float = 0.05) -> Auc:
    scores = [model.predict_proba(part)[:, 1] for part in test]
    return auc_of(scores[0], scores[1], alpha=alpha)


def _causes(
    model: HistGradientBoostingClassifier,
    test: Sequence[Rows],
    auc: float,
    names: Sequence[str],
    generator: np.random.Generator,
) -> str:
    """The columns whose shuffling costs most AUC."""
    falls = {}
    for i, name in enumerate(names):
        column = generator.permutation(np.concatenate([part[:, i] for part in test]))
        shuffled = [part.copy() for part in test]
        shuffled[0][:, i], shuffled[1][:, i] = column[: len(test[0])], column[len(test[0]) :]
        falls[name] = auc - _auc(model, shuffled).value
    largest = sorted(falls.items(), key=lambda fall: -fall[1])[:_NAMED]
    told = ", ".join(f"{name} ({fall:.3f})" for name, fall in largest if fall > 0.01)
    return f"; AUC lost without: {told}" if told else ""
