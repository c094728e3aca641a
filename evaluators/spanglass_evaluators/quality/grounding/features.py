"""How a sentence lies in a passage: the numbers from which its support is judged."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import pairwise

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
    near_words = frozenset(near)
    near_stems = frozenset(context.stems[passage.first : passage.last]) if passage else frozenset()
    content = content_stems(said)
    missing = [root for root in content if root not in near_stems]
    numbers = [word for word in said if any(map(str.isdigit, word))]
    count = max(len(said), 1)
    return {
        "words": sum(word in near_words for word in everything) / max(len(everything), 1),
        "stems": sum(stem(word) in near_stems for word in said) / count,
        "content": 1 - len(missing) / len(content) if content else 0.0,
        "found": math.log1p(len(content) - len(missing)),
        "missing": math.log1p(len(missing)),
        "pairs": _share_of_pairs(said, near),
        "number_missing": float(any(number not in near_words for number in numbers)),
        "negation": float(not _NEGATIONS.isdisjoint(said) and _NEGATIONS.isdisjoint(near_words)),
        "first_person": math.log1p(sum(word in _FIRST_PERSON for word in everything)),
        "second_person": math.log1p(sum(word in ("you", "your") for word in everything)),
        "question": float("?" in sentence),
        "length": math.log1p(len(everything)),
        "no_content": float(not content),
    }


def _share_of_pairs(said: Sequence[str], near: Sequence[str]) -> float:
    pairs = list(pairwise(said))
    known = frozenset(pairwise(near))
    return sum(pair in known for pair in pairs) / len(pairs) if pairs else 0.0
