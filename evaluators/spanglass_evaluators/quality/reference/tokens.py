"""Token F1 of an answer and its reference, after SQuAD's normalisation (Rajpurkar et al. 2016).

2PR / (P + R) over the bag of words both have; several references are separated by a line of `---`, the best counts.
"""

from __future__ import annotations

from collections import Counter

from spanglass_evaluators.contract import Judgement
from spanglass_evaluators.quality.matching import normalise
from spanglass_evaluators.quality.reference import DECLARES_REFERENCE
from spanglass_evaluators.quality.rule import NoSettings, Rule

_SEPARATOR = "\n---\n"
_READ_CHARS = 100_000


def references_of(reference: str) -> list[str]:
    """The references, in the order in which they were declared."""
    return reference.split(_SEPARATOR)


def token_overlap(answer: str, reference: str) -> tuple[float, float, float]:
    """Precision, recall and F1; two empty texts agree wholly."""
    said, wanted = (normalise(text[:_READ_CHARS]).split() for text in (answer, reference))
    if not said or not wanted:
        same = float(said == wanted)
        return same, same, same
    shared = (Counter(said) & Counter(wanted)).total()
    precision, recall = shared / len(said), shared / len(wanted)
    return precision, recall, 2 * precision * recall / (precision + recall) if shared else 0.0


def judge_token_f1(_config: NoSettings, answer: str, reference: str) -> Judgement:
    """The explanation has precision and recall."""
    best = max((token_overlap(answer, one) for one in references_of(reference)), key=lambda found: found[2])
    return Judgement(best[2], "", f"precision {best[0]:.3f}, recall {best[1]:.3f}")


RULE = Rule("token_f1", judge_token_f1, columns=("output_text", "reference"), where=DECLARES_REFERENCE)
