"""The weights: one byte a hashed feature and a scale, in 64 KiB that the standard library reads."""

from __future__ import annotations

import json
import struct
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from math import exp, sqrt
from pathlib import Path

from spanglass_evaluators.safety.injection.features import WORDS, hashed
from spanglass_evaluators.safety.injection.words import Words

FILE = Path(__file__).with_name("injection_en.bin")
_MAGIC = b"SPGINJ1\n"
_LENGTH = struct.Struct("<I")


@dataclass(frozen=True)
class Weights:
    """`rules` by rule name; `digest` tells one training from another."""

    words: Sequence[int]
    scale: float
    bias: float
    rules: dict[str, float]
    digest: str

    def probability(self, words: Words, rules: Iterable[str]) -> float:
        """That a piece is an attack. Word weights are averaged over the root of their number."""
        features, own = hashed(words), self.words
        total = self.scale * sum([own[feature] for feature in features]) / sqrt(len(features) or 1)
        margin = total + self.bias + sum(self.rules.get(name, 0.0) for name in rules)
        return 1 / (1 + exp(-max(-30.0, min(30.0, margin))))


def save(file: Path, words: array[int], scale: float, bias: float, rules: dict[str, float]) -> None:
    """Magic, length of a JSON head, the head, and a signed byte a feature."""
    head = json.dumps({"scale": scale, "bias": bias, "rules": rules}, sort_keys=True).encode()
    file.write_bytes(_MAGIC + _LENGTH.pack(len(head)) + head + words.tobytes())


@lru_cache(maxsize=1)
def load(file: Path = FILE) -> Weights:
    """Raises OSError when the file is missing and ValueError when it is another."""
    stored = file.read_bytes()
    start = len(_MAGIC) + _LENGTH.size
    if not stored.startswith(_MAGIC):
        raise ValueError(f"{file} holds no weights of the injection model; install the package again")
    (length,) = _LENGTH.unpack(stored[len(_MAGIC) : start])
    head = json.loads(stored[start : start + length])
    words = array("b", stored[start + length :]).tolist()  # a list is read faster than an array
    if len(words) != WORDS:
        raise ValueError(f"{file} has {len(words)} weights instead of {WORDS}; install the package again")
    return Weights(words, head["scale"], head["bias"], head["rules"], sha256(stored).hexdigest()[:12])
