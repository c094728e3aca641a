"""1 when an answer contradicts its context or reference: another number, a negation, or an opposite in its place.

Compared are sentences that share most of their content words; so it finds changed details, not other claims. Each
kind is a rule: `number` (a number of the answer's sentence is not in its partner, which has another), `negation`
(one of them is negated), `antonym` (one has a word and the other its opposite).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from spanglass_evaluators.contract import Judgement
from spanglass_evaluators.functions import MODEL_ANSWERS
from spanglass_evaluators.quality.rule import Rule
from spanglass_evaluators.quality.text.sentences import sentences_of
from spanglass_evaluators.quality.text.words import content_stems, stem, words_of

_NEGATIONS = frozenset({"not", "no", "never", "none", "neither", "nor", "cannot", "without", "t"})
_OPPOSITES = """
    increase decrease, rise fall, rose fell, higher lower, high low, more fewer, most least, above below, before
    after, first last, open closed, opened closed, start end, started ended, begin finish, win lose, won lost,
    win loss, true false, right wrong, correct incorrect, legal illegal, allowed forbidden, allow forbid, accept
    reject, accepted rejected, approve deny, approved denied, safe dangerous, possible impossible, always never,
    all none, male female, north south, east west, northern southern, eastern western, buy sell, bought sold,
    enable disable, enabled disabled, include exclude, included excluded, require forbid, major minor, largest
    smallest, longest shortest, oldest youngest, earliest latest, best worst, hot cold, dry wet, success
    failure, succeeded failed, profit loss, gain loss, gained lost, public private, present absent, positive
    negative, import export, maximum minimum, inside outside, war peace, alive dead, born died
"""
_LONGEST_SENTENCE = 60
_MOST_SENTENCES = 400


@dataclass(frozen=True, slots=True)
class ContradictionConfig:
    """`overlap`: share of the shorter sentence's content words that two sentences must share to be compared."""

    overlap: float = 0.7
    max_chars: int = 20_000


@dataclass(frozen=True, slots=True)
class _Sentence:
    place: tuple[int, int]
    words: tuple[str, ...]
    stems: frozenset[str]

    @property
    def numbers(self) -> frozenset[str]:
        return frozenset(word for word in self.words if word.isdigit())

    @property
    def is_negated(self) -> bool:
        return bool(_NEGATIONS & set(self.words))


def judge_contradiction(
    config: ContradictionConfig, answer: str, declared: str, documents: str, reference: str
) -> Judgement:
    """Value 1 or 0; None without anything to compare with. The explanation has the places of both sentences."""
    given = list(_sentences("\n".join(filter(None, (declared, documents, reference)))[: 10 * config.max_chars]))
    said = list(_sentences(answer[: config.max_chars]))
    if not given or not said:
        return Judgement(None, "no_context" if not given else "empty")
    for sentence in said:
        kind, partner = _contradiction(sentence, given, config)
        if partner:
            return Judgement(1.0, kind, f"characters {sentence.place} of the answer, {partner.place} of the context")
    return Judgement(0.0, "none")


def _sentences(text: str) -> Iterator[_Sentence]:
    for count, (start, end) in enumerate(sentences_of(text)):
        if count == _MOST_SENTENCES:
            return
        words = tuple(words_of(text[start:end]))[:_LONGEST_SENTENCE]
        stems = frozenset(s for s in content_stems(list(words)) if not s.isdigit())
        if len(stems) >= 2:
            yield _Sentence((start, end), words, stems - _NEGATIONS)


def _contradiction(
    sentence: _Sentence, given: Sequence[_Sentence], config: ContradictionConfig
) -> tuple[str, _Sentence | None]:
    """The first kind found; a sentence that stands in the context as it is contradicts nothing."""
    alike = [other for other in given if _overlap(sentence, other) >= config.overlap]
    if not alike or any(set(sentence.words) <= set(other.words) and _same_sign(sentence, other) for other in alike):
        return "", None
    for other in alike:
        missing = sentence.numbers - other.numbers
        if missing and other.numbers - sentence.numbers and not any(sentence.numbers <= o.numbers for o in alike):
            return "number", other
        if not _same_sign(sentence, other):
            return "negation", other
        if _opposed(sentence, other):
            return "antonym", other
    return "", None


def _overlap(one: _Sentence, other: _Sentence) -> float:
    return len(one.stems & other.stems) / min(len(one.stems), len(other.stems))


def _same_sign(one: _Sentence, other: _Sentence) -> bool:
    return one.is_negated == other.is_negated


def _opposed(one: _Sentence, other: _Sentence) -> bool:
    opposites = _opposites()
    mine, theirs = ({stem(word) for word in sentence.words} for sentence in (one, other))
    return any(opposites.get(word, frozenset()) & (theirs - mine) for word in mine - theirs)


@lru_cache(maxsize=1)
def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for pair in _OPPOSITES.split(","):
        one, other = map(stem, pair.split())
        found[one] = found.get(one, frozenset()) | {other}
        found[other] = found.get(other, frozenset()) | {one}
    return found


RULE = Rule(
    "contradiction",
    judge_contradiction,
    columns=("output_text", "metadata.context", "documents_text", "reference"),
    config=ContradictionConfig,
    where=f"{MODEL_ANSWERS} AND (SpanAttributes['spanglass.metadata.context'] != '' OR Documents != ''"
    " OR SpanAttributes['spanglass.metadata.reference'] != '')",
)
