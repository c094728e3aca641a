"""Fits the weights of groundedness: `python evaluators/training/train_groundedness.py [--data FOLDER]`.

Labels: BEGIN (Dziri et al. 2022), the parts under CC BY 4.0: Wizard of Wikipedia and CMU-DoG. Thirteen weights, each
with the sign that makes sense. Attributable answers with their numbers changed, or negated, are added as answers
that are not: people's sets have few of those, and they are what hurts. No knowledge text is in two folds.
"""

from __future__ import annotations

import argparse
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from constrained_fit import CueWeights, as_module, fit_cues
from labelled_sets import read_json_lines
from sklearn.metrics import roc_auc_score

from spanglass_evaluators.quality.grounding.features import features_of
from spanglass_evaluators.quality.grounding.passage import best_passage, read_context
from spanglass_evaluators.quality.text.words import content_stems, words_of

ROOT = Path(__file__).resolve().parents[2]
WEIGHTS = ROOT / "evaluators" / "spanglass_evaluators" / "quality" / "grounding" / "weights.py"
FOLDS = 10
STRENGTH = 1.0
ALTERED = 0.3
"""How much an altered answer counts beside one that people labelled."""

_FOR = frozenset({"words", "stems", "content", "found", "pairs"})
_VERB = re.compile(r"\b(is|are|was|were|has|have|can|will)\b", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class Answered:
    """An answer's features, whether people call it attributable, and the knowledge it was given."""

    features: Mapping[str, float]
    attributable: bool
    knowledge: str
    source: str
    altered: str = ""

    def part(self, parts: int) -> int:
        return int(hashlib.sha256(self.knowledge.encode()).hexdigest(), 16) % parts


def read(data: Path) -> Iterator[Answered]:
    for row in read_json_lines(data / "begin_groundedness" / "turns.jsonl.gz"):
        if row["data_source"] in ("wow", "cmu"):
            attributable = row["begin_label"].startswith("Fully")
            yield _answered(row, row["response"], attributable)
            if attributable:
                yield from (_answered(row, text, False, how) for how, text in altered_replies(row["response"]))


def altered_replies(answer: str) -> Iterator[tuple[str, str]]:
    """What was done to it and the result: numbers changed, the first verb negated, where there are any."""
    numbers = _DIGITS.sub(lambda found: str(int(found.group()) + 7), answer)
    if numbers != answer:
        yield "number", numbers
    negated = _VERB.sub(r"\1 not", answer, count=1)
    if negated != answer:
        yield "negation", negated


def _answered(row: Mapping[str, str], answer: str, attributable: bool, altered: str = "") -> Answered:
    context = read_context(row["knowledge"])
    features = features_of(answer, context, best_passage(context, content_stems(words_of(answer))))
    return Answered(features, attributable, row["knowledge"], row["data_source"], altered)


def fit(answers: Sequence[Answered]) -> CueWeights:
    importance = [ALTERED if a.altered else 1.0 for a in answers]
    features, labels = [a.features for a in answers], [a.attributable for a in answers]
    return fit_cues(features, labels, _sign_of, strength=STRENGTH, importance=importance)


def _sign_of(feature: str) -> int:
    return 1 if feature in _FOR else -1


def out_of_fold(answers: Sequence[Answered]) -> list[tuple[Answered, float]]:
    """Each answer with the margin by weights that were fitted on other knowledge texts."""
    margins: list[tuple[Answered, float]] = []
    for fold in range(FOLDS):
        fitted = fit([a for a in answers if a.part(FOLDS) != fold])
        margins.extend((a, fitted.margin(a.features)) for a in answers if a.part(FOLDS) == fold)
    return margins


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    answers = list(read(parser.parse_args().data))
    _print(out_of_fold(answers))
    WEIGHTS.write_text(
        as_module(fit(answers), "Weights of groundedness. Generated: evaluators/training/train_groundedness.py.")
    )


def _print(margins: Sequence[tuple[Answered, float]]) -> None:
    for source in ("wow", "cmu"):
        own = [(a, m) for a, m in margins if a.source == source and not a.altered]
        print(source, f"AUROC {roc_auc_score([a.attributable for a, _ in own], [m for _, m in own]):.4f}", len(own))
    for how in ("number", "negation"):
        own = [(a, m) for a, m in margins if a.altered == how or (not a.altered and a.attributable)]
        print("told from", how, f"{roc_auc_score([not a.altered for a, _ in own], [m for _, m in own]):.4f}")


if __name__ == "__main__":
    main()
