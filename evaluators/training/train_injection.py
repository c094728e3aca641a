"""Trains the injection model: `python evaluators/training/train_injection.py [--data FOLDER]`.

Attacks and look-alikes are made by injection_texts.py. Ordinary traffic is half of the questions and answers of
HaluEval (MIT) and the texts that Wizard of Wikipedia's turns were grounded on (CC BY 4.0); the other half of HaluEval,
and every other set of the report, are never seen here.
"""

from __future__ import annotations

import argparse
import hashlib
import random
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from injection_texts import combined, hidden, texts
from labelled_sets import read_json_lines
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from spanglass_evaluators.safety.injection.detect import FLOOD, HIDDEN, pieces
from spanglass_evaluators.safety.injection.features import WORDS, hashed
from spanglass_evaluators.safety.injection.model import FILE, save
from spanglass_evaluators.safety.injection.rules import RULES

ROOT = Path(__file__).resolve().parents[2]
RULE_NAMES = [*(rule.name for rule in RULES), HIDDEN, FLOOD]
STRENGTH = 4.0
RULE_EMPHASIS = 0.7
"""How large a rule stands beside a word in the fit: larger is a weaker penalty."""


@dataclass(frozen=True)
class Example:
    """A text, whether it is an attack, and how much it counts."""

    text: str
    attack: bool
    weight: float


def in_training(row_id: str) -> bool:
    """The half of HaluEval that training may see; the report measures on the other."""
    return int(hashlib.sha256(row_id.encode()).hexdigest(), 16) % 2 == 0


def ordinary(data: Path) -> Iterator[str]:
    for row in read_json_lines(data / "halueval_general" / "general.jsonl.gz"):
        if in_training(row["id"]):
            yield from (row["user_query"], row["chatgpt_response"])
    for row in read_json_lines(data / "begin_groundedness" / "turns.jsonl.gz"):
        if row["data_source"] == "wow":
            yield from (row["message"], row["knowledge"])


def recorded(data: Path) -> Iterator[Example]:
    """JailbreakBench's attacks found by search (MIT) on the even behaviours, and the bare goals, which are requests to
    refuse and no jailbreaks: how it is asked is to be learned, not what for. The report measures the odd ones."""
    seen = set[str]()
    for row in read_json_lines(data / "jailbreakbench" / "attacks.jsonl.gz"):
        if row["index"] % 2 == 0 and row["method"] != "JBC":
            for text, attack, weight in ((row["prompt"], True, 1.0), (row["goal"], False, 3.0)):
                if text and text not in seen:
                    seen.add(text)
                    yield Example(text, attack, weight)


def examples(data: Path, chance: random.Random) -> list[Example]:
    attacks, alike = list(texts("injection_attacks", 6000, chance)), list(texts("injection_benign", 5000, chance))
    plain = [text for text in dict.fromkeys(ordinary(data)) if text.strip()]
    return [
        *recorded(data),
        *(Example(text, True, 1.0) for text in attacks),
        *(Example(text, True, 1.0) for text in combined(attacks, [*plain, *alike], 2500, chance)),
        *(Example(text, True, 1.0) for text in hidden(attacks, [*plain, *alike], 300, chance)),
        *(Example(text, True, 1.0) for text in combined(attacks, attacks, 2500, chance)),
        *(Example(text, False, 1.0) for text in alike),
        *(Example(text, False, 2.0) for text in plain),
        *(Example(text, False, 1.0) for text in combined(plain, alike, 2500, chance)),
    ]


def features(found: list[Example]) -> tuple[csr_matrix, npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
    """One row a piece of text; words by the root of their number, as the model reads them."""
    rows, columns, values, labels, weights = [], [], [], [], []
    for example in found:
        parts = pieces(example.text)
        for part in parts:
            words = hashed(part.words)
            rows += [len(labels)] * (len(words) + len(part.rules))
            columns += [*words, *(WORDS + RULE_NAMES.index(name) for name in part.rules)]
            values += [len(words) ** -0.5] * len(words) + [RULE_EMPHASIS] * len(part.rules)
            labels.append(example.attack)
            weights.append(example.weight / len(parts))
    shape = (len(labels), WORDS + len(RULE_NAMES))
    return csr_matrix((values, (rows, columns)), shape), np.array(labels), np.array(weights)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    found = examples(parser.parse_args().data, random.Random(7))  # noqa: S311 - no cipher
    matrix, labels, weights = features(found)
    weights[labels] /= weights[labels].sum() / weights[~labels].sum()
    fitted = LogisticRegression(C=STRENGTH, solver="lbfgs", max_iter=500, tol=1e-4)
    fitted.fit(matrix, labels, sample_weight=weights)
    words, rules = fitted.coef_[0][:WORDS], fitted.coef_[0][WORDS:] * RULE_EMPHASIS
    scale = float(np.abs(words).max() / 127)
    rounded = array("b", np.rint(words / scale).astype(np.int8).tobytes())
    named = {name: round(float(weight), 4) for name, weight in zip(RULE_NAMES, rules, strict=True)}
    save(FILE, rounded, scale, float(fitted.intercept_[0]), named)
    right = fitted.score(matrix, labels)
    print(f"{len(found)} texts, {len(labels)} pieces, {labels.mean():.2f} attacks; fits {right:.4f} of its own pieces")
    print(f"{FILE.name}: {FILE.stat().st_size} bytes")
    print(", ".join(f"{name} {weight:+.1f}" for name, weight in sorted(named.items(), key=lambda pair: -pair[1])))


if __name__ == "__main__":
    main()
