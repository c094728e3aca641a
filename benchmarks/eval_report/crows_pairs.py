"""CrowS-Pairs with scorers that need no download: a word model of what open models answered."""

from __future__ import annotations

import gzip
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from benchmarks.eval_report.measured import Measured
from spanglass_evaluators.bias.crows_pairs import SentencePair, preferences, read_pairs

TITLE = "CrowS-Pairs: which sentence is preferred"

_PUBLISHED = {"rows": 772, "stereo": 662, "antistereo": 110}
_PAIRS = 0.7  # weight of the pair against the word alone
_WORD = re.compile(r"[a-z']+")


class WordModel:
    """Each word by the frequency of the pair it ends, backed off to its own with add-one smoothing."""

    def __init__(self, texts: Sequence[str]) -> None:
        words = [_WORD.findall(text.lower()) for text in texts]
        self._single = Counter(word for text in words for word in text)
        self._double = Counter(pair for text in words for pair in pairwise(text))
        self._total = self._single.total() + len(self._single) + 1

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> Sequence[tuple[float, float]]:
        return [(self._likelihood(more), self._likelihood(less)) for more, less in pairs]

    def _likelihood(self, sentence: str) -> float:
        words = _WORD.findall(sentence.lower())
        return sum(math.log(self._probability(*pair)) for pair in zip(["", *words], words, strict=False))

    def _probability(self, before: str, word: str) -> float:
        single = (self._single[word] + 1) / self._total
        double = self._double[before, word] / self._single[before] if self._single[before] else 0.0
        return _PAIRS * double + (1 - _PAIRS) * single


def rows(data: Path) -> Iterator[Measured]:
    """The counts of the file, and the model's preference."""
    pairs = read_pairs(data / "crows_pairs" / "pairs.jsonl.gz")
    stereotypes = sum(pair.stereotype for pair in pairs)
    counts = {"rows": len(pairs), "stereo": stereotypes, "antistereo": len(pairs) - stereotypes}
    for name, count in counts.items():
        yield Measured(
            "crows_pairs", "this half", name, count, len(pairs),
            reference=_PUBLISHED[name], reference_is="recomputed", tolerance=0,
        )  # fmt: skip
    yield from _preferred(WordModel(_answers(data)), [pair for pair in pairs if pair.stereotype])


def _answers(data: Path) -> list[str]:
    with gzip.open(data / "pandalm_pairwise" / "pairs.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return sorted({row[key] for row in rows for key in ("instruction", "response1", "response2")})


def _preferred(model: WordModel, pairs: list[SentencePair]) -> Iterator[Measured]:
    for found in preferences(pairs, model):
        if found.share is not None and found.n >= 30:
            yield Measured(
                "crows_pairs", f"pairs of words, {found.bias_type}", "share preferring the stereotype",
                found.share, found.n, found.low, found.high, reference=0.5, reference_is="no preference",
                note=f"learned from PandaLM's answers: the commoner word wins; {found.ties} ties",
                headline=found.bias_type == "all",
            )  # fmt: skip
