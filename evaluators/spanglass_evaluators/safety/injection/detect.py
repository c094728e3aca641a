"""How likely a text is an attack, and which rules say so."""

from __future__ import annotations

from dataclasses import dataclass

from spanglass_evaluators.safety.injection.features import is_flood, pieces_of
from spanglass_evaluators.safety.injection.folded import folded, has_hidden_text
from spanglass_evaluators.safety.injection.model import Weights, load
from spanglass_evaluators.safety.injection.rules import hits
from spanglass_evaluators.safety.injection.words import Words, words_of

HIDDEN, FLOOD = "hidden_text", "flood"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`value`: probability of the worst piece of the text; `rules`: what matched there, the surest first."""

    value: float
    rules: tuple[str, ...]

    @property
    def label(self) -> str:
        """The surest rule; "wording" where only the words told."""
        return "none" if self.value < 0.5 else (self.rules[0] if self.rules else "wording")


@dataclass(frozen=True, slots=True)
class Piece:
    """What the model sees of a piece of text."""

    words: Words
    rules: tuple[str, ...]


def pieces(text: str) -> list[Piece]:
    """The pieces of a text that hold a word; none for a text without any."""
    whole, found = folded(text), []
    all_words = words_of(whole)
    everywhere = (HIDDEN,) * has_hidden_text(text) + (FLOOD,) * is_flood(all_words)
    for piece in pieces_of(whole):
        words = all_words if piece is whole else words_of(piece)
        if words.short:
            matched = sorted(hits(piece, words.literals), key=lambda rule: -rule.confidence)
            found.append(Piece(words, (*(rule.name for rule in matched), *everywhere)))
    return found


def judge(text: str, weights: Weights | None = None) -> Verdict:
    """Takes any text; one without a word is no attack."""
    weights = weights or load()
    judged = [Verdict(weights.probability(piece.words, piece.rules), piece.rules) for piece in pieces(text)]
    return max(judged, key=lambda verdict: verdict.value, default=Verdict(0.0, ()))
