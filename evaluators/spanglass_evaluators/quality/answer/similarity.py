"""Likeness of two texts by their vectors: `semantic_similarity` (answer, reference), `relevance` (answer, question).

Vectors are lexical unless an embedding model is set; lexical ones see shared words, not shared meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spanglass_evaluators.contract import Batch, Failure, Judgement
from spanglass_evaluators.functions import MODEL_ANSWERS
from spanglass_evaluators.models.embedding import Embed, named
from spanglass_evaluators.quality.reference import DECLARES_REFERENCE
from spanglass_evaluators.quality.text.vectors import cosines, lexical_vectors


@dataclass(frozen=True, slots=True)
class SimilarityConfig:
    """`embedding`: `lexical`, a prepared model's name, or `module:function` from texts to rows of numbers.

    `max_chars` of each text are read.
    """

    embedding: str = "lexical"
    max_chars: int = 20_000


@dataclass(frozen=True, slots=True)
class Similarity:
    """Value: the cosine, -1 to 1. None where one of the texts is empty."""

    embed: Embed
    name: str
    columns: tuple[str, ...]
    where: str
    config: SimilarityConfig = SimilarityConfig()
    version: str = "1"

    def score(self, batch: Batch) -> Sequence[Judgement | Failure]:
        pairs = list(zip(*(batch[name] for name in self.columns), strict=True))
        judged = [at for at, pair in enumerate(pairs) if all(text.strip() for text in pair)]
        values: dict[int, float] = {}
        if judged:
            texts = [text[: self.config.max_chars] for side in (0, 1) for text in (pairs[at][side] for at in judged)]
            vectors = self.embed(texts)
            values = dict(zip(judged, cosines(vectors[: len(judged)], vectors[len(judged) :]).tolist(), strict=True))
        return [Judgement(values.get(at), "" if at in values else "empty") for at in range(len(pairs))]


def semantic_similarity(embed: Embed, config: SimilarityConfig) -> Similarity:
    """Of the answer and the reference that the app declared."""
    return Similarity(embed, "semantic_similarity", ("output_text", "reference"), DECLARES_REFERENCE, config)


def relevance(embed: Embed, config: SimilarityConfig) -> Similarity:
    """Of the answer and the question: low when it speaks of something else."""
    where = f"{MODEL_ANSWERS} AND (InputMessages != '' OR Input != '')"
    return Similarity(embed, "relevance", ("output_text", "input_text"), where, config)


def embedding_of(config: SimilarityConfig) -> Embed:
    """The function behind the setting. Raises ConfigurationError when it names none."""
    if config.embedding == "lexical":
        return lexical_vectors
    return named(config.embedding)
