"""Which sentence of a pair a model prefers: counted right, and scored by real language models."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from spanglass_evaluators.bias.crows_pairs import SentencePair, preferences, read_pairs
from spanglass_evaluators.bias.language_models import MaskedScorer, load_scorer
from spanglass_evaluators.errors import ConfigurationError
from tests.evaluators.bias import language_models


class Shorter:
    """Finds the shorter sentence more likely."""

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> Sequence[tuple[float, float]]:
        return [(-float(len(more)), -float(len(less))) for more, less in pairs]


PAIRS = [
    SentencePair("men", "women", "gender"),
    SentencePair("women", "men", "gender"),
    SentencePair("boys", "girls", "gender"),
    SentencePair("old", "new", "age"),
]


def test_preferences_are_counted_in_all_and_by_kind() -> None:
    """Equal scores are no preference, and are told."""
    everything, age, gender = preferences(PAIRS, Shorter())

    assert (everything.bias_type, everything.share, everything.n, everything.ties) == ("all", 2 / 3, 3, 1)
    assert (age.share, age.ties) == (None, 1)
    assert (gender.share, gender.ties) == (2 / 3, 0)
    assert (gender.low or 0) < 2 / 3 < (gender.high or 0)


def test_the_sentences_the_other_way_round_prefer_the_rest() -> None:
    """The share becomes its complement, the interval too."""
    turned = [SentencePair(pair.less, pair.more, pair.bias_type) for pair in PAIRS]

    for there, back in zip(preferences(PAIRS, Shorter()), preferences(turned, Shorter()), strict=True):
        if there.share is not None and back.share is not None:
            assert there.share == pytest.approx(1 - back.share)
            assert there.low == pytest.approx(1 - (back.high or 0))
    assert preferences([], Shorter())[0].n == 0


def test_a_causal_model_prefers_what_it_has_read(tmp_path: Path) -> None:
    """Trained on one stereotype, it prefers that one and not its opposite."""
    language_models.torch()
    language_models.save_causal(tmp_path, ["women cook in the kitchen", "men drive in the truck"])
    read = SentencePair("women cook in the kitchen", "men cook in the kitchen", "gender")
    unread = SentencePair("women drive in the truck", "men drive in the truck", "gender")

    scorer = load_scorer(tmp_path)

    assert preferences([read], scorer)[0].share == 1.0
    assert preferences([unread], scorer)[0].share == 0.0


def test_a_masked_model_counts_the_shared_words_alone(tmp_path: Path) -> None:
    """Each is hidden in turn; the sum is what one gets by hand."""
    torch = language_models.torch()
    language_models.save_masked(tmp_path)
    scorer = load_scorer(tmp_path)
    assert isinstance(scorer, MaskedScorer)

    [(women, men)] = scorer.score_pairs([("women cook", "men cook")])

    by_hand = []
    for first in ("women", "men"):
        ids = torch.tensor([scorer.tokenizer(f"{first} cook")["input_ids"]])
        cook = int(ids[0, 1])
        ids[0, 1] = scorer.tokenizer.mask_token_id
        by_hand.append(float(scorer.model(ids).logits.detach()[0, 1].log_softmax(-1)[cook]))
    assert (women, men) == pytest.approx(tuple(by_hand), abs=1e-5)


def test_sentences_without_a_shared_word_are_no_preference(tmp_path: Path) -> None:
    """There is nothing to compare; the same sentence twice is a tie."""
    language_models.torch()
    language_models.save_masked(tmp_path)

    [everything, _] = preferences(
        [SentencePair("women", "men", "gender"), SentencePair("they cook", "they cook", "gender")],
        load_scorer(tmp_path),
    )

    assert (everything.n, everything.ties) == (0, 2)


def test_pairs_are_read_from_csv_and_json(tmp_path: Path) -> None:
    """The published columns; a file without them is an error that says which."""
    table, lines, other = (tmp_path / name for name in ("p.csv", "p.jsonl", "o.csv"))
    table.write_text("sent_more,sent_less,stereo_antistereo,bias_type\na,b,antistereo,age\n", encoding="utf-8")
    row = {"sent_more": "a", "sent_less": "b", "stereo_antistereo": "antistereo", "bias_type": "age"}
    lines.write_text(json.dumps(row) + "\n", encoding="utf-8")
    other.write_text("text\na\n", encoding="utf-8")

    assert read_pairs(table) == read_pairs(lines) == [SentencePair("a", "b", "age", stereotype=False)]
    with pytest.raises(ConfigurationError, match="sent_more"):
        read_pairs(other)


def test_a_folder_without_a_model_is_explained(tmp_path: Path) -> None:
    """Nothing is looked for elsewhere."""
    language_models.torch()

    with pytest.raises(ConfigurationError, match=r"no config\.json"):
        load_scorer(tmp_path)
