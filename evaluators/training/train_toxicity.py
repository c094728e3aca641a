"""Trains the shipped toxicity model: ``python evaluators/training/train_toxicity.py --data ../shared/data``.

Cross-validates (five folds, no item in two), calibrates on the out-of-fold margins, fits on everything and
writes ``toxicity_en.npz``. Prints the cross-validation; ``evaluate_toxicity.py`` measures the written file.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from calibrate import Calibration, calibrate
from disguise import disguise
from held_out import without_held_out
from intervals import bootstrap
from labelled_sets import Example, training_examples
from linear_fit import Linear, Pieces, cut, fit
from scipy.sparse import vstack
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import GroupKFold

from spanglass_evaluators.toxicity.model import WEIGHTS_PATH
from spanglass_evaluators.toxicity.ngrams import FEATURES
from spanglass_evaluators.toxicity.weights import FORMAT

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

SEED = 20240607
FOLDS = 5
STRENGTH = 0.3  # inverse regularisation; results are flat between 0.02 and 3
ROUNDS = 3
DISGUISED_WEIGHT = 0.5


class TrainingSet:
    """The examples, each a second time in disguise, with their features computed once."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self.examples = list(examples)
        self._disguised = _second_looks(examples)
        self._plain_pieces = cut([example.text for example in self.examples])
        self._disguised_pieces = cut([example.text for example in self._disguised])

    def fit(self, chosen: Indices) -> Linear:
        plain, disguised = _only(self._plain_pieces, chosen), _only(self._disguised_pieces, chosen)
        pieces = Pieces(
            vstack([plain.matrix, disguised.matrix], format="csr"),
            np.concatenate([plain.example, disguised.example + len(chosen)]),
        )
        examples = [self.examples[i] for i in chosen] + [self._disguised[i] for i in chosen]
        return fit(pieces, examples, strength=STRENGTH, rounds=ROUNDS)

    def margins(self, linear: Linear, chosen: Indices) -> Floats:
        return linear.margins(_only(self._plain_pieces, chosen), len(chosen))

    def out_of_fold_margins(self) -> Floats:
        margins = np.empty(len(self.examples))
        folds = GroupKFold(FOLDS, shuffle=True, random_state=SEED)
        for train, test in folds.split(self.examples, groups=[example.group for example in self.examples]):
            margins[test] = self.margins(self.fit(train), test)
        return margins


def _second_looks(examples: Sequence[Example]) -> list[Example]:
    """Every example once more with some of its words misspelt."""
    chance = random.Random(SEED)  # noqa: S311 - reproducible, not secret
    weight = DISGUISED_WEIGHT
    return [replace(e, text=disguise(e.text, chance), weight=e.weight * weight) for e in examples]


def _only(pieces: Pieces, chosen: Indices) -> Pieces:
    """The sentences of the chosen examples, which are renumbered from zero."""
    wanted = np.isin(pieces.example, chosen)
    order = np.argsort(chosen, kind="stable")
    place = order[np.searchsorted(chosen[order], pieces.example[wanted])]
    return Pieces(pieces.matrix[wanted], place)


def calibrated(training: TrainingSet, margins: Floats) -> Calibration:
    """On human-labelled texts and clean answers; sentences written for training would flatter the result."""
    natural = [i for i, e in enumerate(training.examples) if _is_natural(e) and np.isfinite(margins[i])]
    return calibrate(margins[natural], [_as_one_answer_source(training.examples[i]) for i in natural])


def _is_natural(example: Example) -> bool:
    return not example.group.startswith("written:")


def _as_one_answer_source(example: Example) -> Example:
    return example if example.measured else replace(example, source="answers")


def write_weights(path: Path, linear: Linear, calibration: Calibration) -> None:
    """The format is described in ``spanglass_evaluators/toxicity/weights.py``."""
    char, char_scale = _as_bytes(linear.weights[:FEATURES])
    word, word_scale = _as_bytes(linear.weights[FEATURES:])
    np.savez_compressed(
        path,
        format=np.int64(FORMAT),
        char=char,
        word=word,
        scales=np.array([char_scale, word_scale]),
        bias=np.float64(linear.bias),
        platt=np.array([calibration.slope, calibration.intercept]),
        threshold=np.float64(calibration.threshold),
    )


def _as_bytes(weights: Floats) -> tuple[npt.NDArray[np.int8], float]:
    scale = float(np.abs(weights).max()) / 127
    return np.rint(weights / scale).astype(np.int8), scale


def print_cross_validation(training: TrainingSet, margins: Floats, calibration: Calibration) -> None:
    print("| set | n | toxic | AUROC | average precision | false positives | found |")
    print("|---|---|---|---|---|---|---|")
    flagged = calibration.values(margins) >= calibration.threshold
    toxic = np.array([example.toxic for example in training.examples])
    source = np.array([example.source for example in training.examples])
    for name in dict.fromkeys(source):
        own = source == name
        ranks = _ranking(toxic[own], np.maximum(margins[own], -1e3))
        wrong, found = _share(flagged[own & ~toxic]), _share(flagged[own & toxic])
        print(f"| {name} | {own.sum()} | {(own & toxic).sum()} | {ranks} | {wrong} | {found} |")
    print(calibration)


def _ranking(toxic: npt.NDArray[np.bool_], margins: Floats) -> str:
    if toxic.all() or not toxic.any():
        return "- | -"
    return f"{bootstrap(roc_auc_score, toxic, margins)} | {bootstrap(average_precision_score, toxic, margins)}"


def _share(flags: npt.NDArray[np.bool_]) -> str:
    return f"{flags.mean():.3f}" if len(flags) else "-"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, default=Path("../shared/data"))
    arguments.add_argument("--out", type=Path, default=WEIGHTS_PATH)
    options = arguments.parse_args()
    training = TrainingSet(without_held_out(training_examples(options.data), options.data))
    margins = training.out_of_fold_margins()
    calibration = calibrated(training, margins)
    write_weights(options.out, training.fit(np.arange(len(training.examples))), calibration)
    print_cross_validation(training, margins, calibration)


if __name__ == "__main__":
    main()
