"""`retrieval_precision`, `_recall`, `_mrr`, `_ndcg` of a retriever span against metadata `relevant`.

`relevant` is JSON: a list of document ids, or an object id → grade.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson

from spanglass_evaluators.contract import Failure, Judgement
from spanglass_evaluators.documents import Document
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.quality.retrieval.ranking import Grades, ndcg_at, precision_at, recall_at, reciprocal_rank
from spanglass_evaluators.quality.rule import Rule


@dataclass(frozen=True, slots=True)
class RankingConfig:
    """`k`: how many of the first documents count."""

    k: int = 10

    def __post_init__(self) -> None:
        if self.k < 1:
            raise ConfigurationError(f"k = {self.k}: use 1 or more")


Measure = Callable[[Sequence[str], Grades, int], float | None]


def _rule(name: str, measure: Measure) -> Rule:
    def judge(config: RankingConfig, documents: Sequence[Document], relevant: str) -> Judgement | Failure:
        grades = grades_of(relevant)
        if grades is None:
            return Failure("metadata relevant is neither a JSON list of ids nor an object of grades")
        if documents and not any(document.id for document in documents):
            return Failure("the retrieved documents have no ids")
        value = measure([document.id for document in documents], grades, config.k)
        return Judgement(value, "" if value is not None else "nothing_relevant", f"at {config.k} of {len(documents)}")

    return Rule(
        name,
        judge,
        columns=("documents", "metadata.relevant"),
        config=RankingConfig,
        where="Kind IN ('retriever', 'reranker') AND SpanAttributes['spanglass.metadata.relevant'] != ''",
    )


def grades_of(relevant: str) -> Grades | None:
    """Id → grade; None when the text says neither."""
    try:
        loaded = orjson.loads(relevant)
    except orjson.JSONDecodeError:
        return None
    if isinstance(loaded, list):
        return {str(name): 1.0 for name in loaded}
    if isinstance(loaded, dict) and all(isinstance(grade, (int, float)) for grade in loaded.values()):
        return {name: float(grade) for name, grade in loaded.items()}
    return None


PRECISION_RULE = _rule("retrieval_precision", precision_at)
RECALL_RULE = _rule("retrieval_recall", recall_at)
MRR_RULE = _rule("retrieval_mrr", reciprocal_rank)
NDCG_RULE = _rule("retrieval_ndcg", ndcg_at)
