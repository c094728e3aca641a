"""How a sentence lies in a passage: the numbers from which its support is judged."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from spanglass_evaluators.quality.grounding.passage import Context, Passage
from spanglass_evaluators.quality.text.words import content_stems, stem, words_of

_OPENER = re.compile(
    r"^\W*(?:(?:yes|yeah|yep|no|nope|oh|well|wow|sure|right|true|i know|i think|i guess|i believe|actually|okay|ok|"
    r"hmm|haha)\b[\s,.!]*)+",
    re.IGNORECASE,
)
_FIRST_PERSON = frozenset({"i", "my", "me", "we", "our"})
_NEGATIONS = frozenset({"not", "no", "never", "none", "nor", "t", "cannot", "without"})


def features_of(sentence: str, context: Context, passage: Passage | None) -> dict[str, float]:
    """Shares are over the sentence's words without its pleasantries; counts are log(1 + n)."""
    said = words_of(_OPENER.sub("", sentence)) or words_of(sentence)
    everything = words_of(sentence)
    near = context.words[passage.first : passage.last] if passage else []
    near_stems = set(context.stems[passage.first : passage.last]) if passage else set()
    content = content_stems(said)
    missing = [root for root in content if root not in near_stems]
    numbers = [word for word in said if any(c.isdigit() for c in word)]
    count = max(len(said), 1)
    return {
        "words": sum(word in set(near) for word in everything) / max(len(everything), 1),
        "stems": sum(stem(word) in near_stems for word in said) / count,
        "content": 1 - len(missing) / len(content) if content else 0.0,
        "found": math.log1p(len(content) - len(missing)),
        "missing": math.log1p(len(missing)),
        "pairs": _share_of_grams(said, near, 2),
        "triples": _share_of_grams(said, near, 3),
        "run": _longest_run(said, near) / count,
        "number_missing": float(any(number not in set(near) for number in numbers)),
        "negation": float(
            bool(_NEGATIONS & set(said)) != bool(_NEGATIONS & set(near)) and bool(_NEGATIONS & set(said))
        ),
        "first_person": math.log1p(sum(word in _FIRST_PERSON for word in everything)),
        "second_person": math.log1p(sum(word in ("you", "your") for word in everything)),
        "question": float("?" in sentence),
        "length": math.log1p(len(everything)),
        "no_content": float(not content),
    }


def _share_of_grams(said: Sequence[str], near: Sequence[str], size: int) -> float:
    grams = list(zip(*(said[i:] for i in range(size)), strict=False))
    known = set(zip(*(near[i:] for i in range(size)), strict=False))
    return sum(gram in known for gram in grams) / len(grams) if grams else 0.0


def _longest_run(said: Sequence[str], near: Sequence[str]) -> int:
    """Words of the longest stretch that stands in the passage word by word."""
    places: dict[str, list[int]] = {}
    for at, word in enumerate(near):
        places.setdefault(word, []).append(at)
    best = 0
    lengths: dict[int, int] = {}
    for word in said:
        lengths = {at: lengths.get(at - 1, 0) + 1 for at in places.get(word, ())}
        best = max(best, *lengths.values()) if lengths else best
    return best
