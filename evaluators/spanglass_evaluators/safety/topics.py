"""A policy on topics: what may be talked about and what not, each told by a few example texts.

Texts are compared by the cosine of their embeddings with the examples. `embed` takes texts and returns one row each;
the default hashes words and their four-letter pieces: it sees shared words and stems, and no synonyms. Give more and
longer examples with it, or a sentence model.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from zlib import crc32

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Embed = Callable[[Sequence[str]], npt.NDArray[np.floating]]
_DIMENSIONS = 4096
_WORD, _ASCII_WORD = re.compile(r"[^\W\d_]{2,40}"), re.compile("[a-z]{2,40}")
_WORDS_KEPT = 1 << 14
_EMPTY_WORDS = frozenset(
    (  # noqa: SIM905 - as a list it takes a page
        "the a an and or but if of to in on at by for with from as is are was were be been am it its this that "
        "these those i you he she we they me my your his her our their what which who whom how when where why can "
        "could would should will shall may might do does did have has had not no so than then there here about "
        "into over please tell give make some any all more most very just also one get want need like know"
    ).split()
)
OFF_TOPIC = "off_topic"


@dataclass(frozen=True, slots=True)
class TopicVerdict:
    """`topic`: the denied one, `off_topic`, the allowed one, or ""; `likeness`: cosine to its nearest example."""

    denied: bool
    topic: str
    likeness: float


class TopicPolicy:
    """`deny` and `allow`: name -> example texts. With `allow`, what is like none of its topics is off topic."""

    def __init__(
        self,
        deny: Mapping[str, Sequence[str]],
        allow: Mapping[str, Sequence[str]],
        *,
        threshold: float,
        embed: Embed | None = None,
    ) -> None:
        self._embed = embed or hashed
        self._threshold = threshold
        self._names = [
            (name, is_denied)
            for topics, is_denied in ((deny, True), (allow, False))
            for name, examples in topics.items()
            for _ in examples
        ]
        self._has_allowed = bool(allow)
        examples = [text for topics in (deny, allow) for texts in topics.values() for text in texts]
        self._examples = _unit(self._embed(examples)) if examples else np.zeros((0, 1), np.float32)

    def judge(self, texts: Sequence[str]) -> list[TopicVerdict]:
        """One verdict a text; a text without a word is like nothing and nothing is said of it."""
        if not texts:
            return []
        if not self._names:
            return [TopicVerdict(False, "", 0.0) for _ in texts]
        rows = _unit(self._embed(texts))
        return [
            self._verdict(likeness, bool(row.any()))
            for row, likeness in zip(rows, rows @ self._examples.T, strict=True)
        ]

    def _verdict(self, likeness: Floats, has_words: bool) -> TopicVerdict:
        best = int(likeness.argmax())
        (name, is_denied), value = self._names[best], round(float(likeness[best]), 4)
        if value >= self._threshold:
            return TopicVerdict(is_denied, name, value)
        is_off = self._has_allowed and has_words
        return TopicVerdict(is_off, OFF_TOPIC if is_off else "", max(0.0, value))


def hashed(texts: Sequence[str]) -> Floats:
    """Words weigh 1, the four-letter pieces of a word together as much; common words are left out."""
    rows = np.zeros((len(texts), _DIMENSIONS), np.float32)
    weighed = [list(map(_weighed, _words(text))) for text in texts]
    places = np.fromiter(chain.from_iterable(places for words in weighed for places, _ in words), np.intp)
    weights = np.fromiter(chain.from_iterable(weights for words in weighed for _, weights in words), np.float32)
    row = np.repeat(np.arange(len(texts)), [sum(len(places) for places, _ in words) for words in weighed])
    np.add.at(rows, (row, places), weights)
    return rows


def _words(text: str) -> set[str]:
    lowered = text.lower()
    found = (_ASCII_WORD if lowered.isascii() else _WORD).findall(lowered)
    return set(found) - _EMPTY_WORDS


@lru_cache(maxsize=_WORDS_KEPT)
def _weighed(word: str) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """The places of a word and of its pieces in a row, and what is added there."""
    parts = [word[at : at + 4] for at in range(len(word) - 3)]
    marked = [word, *(f"~{part}" for part in parts)]
    places = tuple(crc32(one.encode("utf-8", "surrogatepass")) % _DIMENSIONS for one in marked)
    return places, (1.0, *(len(parts) ** -0.5 for _ in parts))


def _unit(rows: npt.NDArray[np.floating]) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Floats = np.divide(rows, lengths, out=np.zeros_like(rows, np.float32), where=lengths > 0).astype(np.float32)
    return unit
