"""Rankings against labels: by hand, against scikit-learn, and what must hold of any ranking."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from spanglass_evaluators.contract import Failure, Judgement
from spanglass_evaluators.documents import Document, documents_of
from spanglass_evaluators.quality.retrieval.ranking import ndcg_at, precision_at, recall_at, reciprocal_rank
from spanglass_evaluators.quality.retrieval.relevance_labels import NDCG_RULE, RECALL_RULE, RankingConfig
from spanglass_evaluators.quality.retrieval.utilisation import UtilisationConfig, judge_utilisation

RANKING = ["d3", "d1", "d9", "d1", "d2"]
RELEVANT = {"d1": 1.0, "d2": 1.0, "d7": 1.0, "d9": 0.0}
GRADES = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 3).map(float), min_size=1)
RANKINGS = st.permutations("abcdefgh")


def test_measures_by_hand() -> None:
    """Second and fourth of d3 d1 d9 d2 are relevant, of three; the double counts once."""
    assert precision_at(RANKING, RELEVANT, 2) == 1 / 2
    assert precision_at(RANKING, RELEVANT, 10) == 2 / 10
    assert recall_at(RANKING, RELEVANT, 2) == 1 / 3
    assert recall_at(RANKING, RELEVANT, 4) == 2 / 3
    assert reciprocal_rank(RANKING, RELEVANT, 10) == 1 / 2
    assert reciprocal_rank(RANKING, RELEVANT, 1) == 0
    best = 1 + 1 / np.log2(3) + 1 / np.log2(4)
    assert ndcg_at(RANKING, RELEVANT, 4) == pytest.approx((1 / np.log2(3) + 1 / np.log2(5)) / best)


@given(ranking=RANKINGS, grades=GRADES, k=st.integers(1, 8))
@settings(max_examples=60, deadline=None)
def test_ndcg_is_scikit_learns(ranking: list[str], grades: dict[str, float], k: int) -> None:
    """With its gain set to 2^grade - 1; none where nothing is relevant."""
    ours = ndcg_at(ranking, grades, k)

    if not any(grades.values()):
        assert ours is None
        return
    gains = [[2 ** grades.get(name, 0) - 1 for name in ranking]]
    assert ours == pytest.approx(ndcg_score(gains, [list(range(len(ranking), 0, -1))], k=k))


@given(ranking=RANKINGS, grades=GRADES, k=st.integers(1, 7))
@settings(max_examples=60, deadline=None)
def test_looking_further_never_lowers_recall(ranking: list[str], grades: dict[str, float], k: int) -> None:
    """And all measures stay within 0 and 1."""
    measures = [measure(ranking, grades, k) for measure in (precision_at, recall_at, reciprocal_rank, ndcg_at)]
    near, far = recall_at(ranking, grades, k), recall_at(ranking, grades, k + 1)

    assert all(value is None or 0 <= value <= 1 + 1e-12 for value in measures)
    assert near is None or near <= (far or 0)


def test_labels_are_a_list_or_grades() -> None:
    """Both are understood; anything else, and documents without ids, are failures that say so."""
    documents = [Document("d1", ""), Document("d2", "")]

    assert RECALL_RULE.judge(RankingConfig(), documents, '["d1", "d5"]').value == 0.5
    assert NDCG_RULE.judge(RankingConfig(k=1), documents, '{"d1": 1, "d2": 2}').value == pytest.approx(1 / 3)
    assert isinstance(RECALL_RULE.judge(RankingConfig(), documents, "d1"), Failure)
    assert isinstance(RECALL_RULE.judge(RankingConfig(), [Document("", "x")], '["d1"]'), Failure)
    assert RECALL_RULE.judge(RankingConfig(), documents, "[]") == Judgement(None, "nothing_relevant", "at 10 of 2")


@pytest.mark.parametrize(
    "recorded",
    [
        '[{"id": "a", "content": "text", "score": 0.5}]',
        '[{"document": {"id": "a", "content": "text"}, "score": 0.5}]',
        '[{"metadata": {"x": 1}, "page_content": "text", "id": "a", "score": "0.5"}]',
        '[{"node": {"id": "a", "text": "text"}, "score": 0.5}]',
    ],
)
def test_documents_are_read_from_every_shape(recorded: str) -> None:
    """With their id, text and score."""
    assert documents_of(recorded) == (Document("a", "text", 0.5),)


def test_documents_without_a_shape() -> None:
    """Strings, nothing, cut JSON, and a retriever's plain output."""
    assert documents_of('["one", 2]') == (Document("", "one"), Document("", "2"))
    assert documents_of("") == documents_of('[{"id": "a", "con') == ()
    assert documents_of("", "plain words") == (Document("", "plain words"),)


def test_the_documents_an_answer_used_are_counted() -> None:
    """One of three is the source of the answer's sentence; the same text twice is one document."""
    orange, fog = Document("1", "The bridge is painted in orange."), Document("2", "Fog is frequent in July.")
    listed = [[orange, fog, Document("3", orange.text), Document("4", "Cables are of steel.")], ()]

    judged = judge_utilisation(UtilisationConfig(), ["retriever", "llm"], listed, ["", "It is painted in orange."])

    assert judged == Judgement(1 / 3, "", "1 of 3 documents")
