"""Scores against a reference: cases computed by hand, and what must hold of any texts."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanglass_evaluators.contract import Failure, Judgement, Window
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.quality.reference import numeric, perplexity, rouge, structured, tokens, translation
from spanglass_evaluators.quality.reference.classification import Classification
from spanglass_evaluators.quality.rule import NoSettings
from tests.evaluators.quality.extras import skip_without_overlap

NONE = NoSettings()
WORDS = st.lists(st.sampled_from(["red", "green", "blue", "seven", "bridge"]), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1,234.5 and 12", [1234.5, 12]),
        ("about -3.5e3 °C", [-3500]),
        ("25 % of them", [0.25]),
        ("3/4 of a cup", [0.75]),
        ("$1'000'000", [1_000_000]),
        ("version v2 of x86", []),
        ("1, 2, 3", [1, 2, 3]),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, numbers: list[float]) -> None:
    """Thousands, signs, exponents, percent and fractions; not letters with digits."""
    assert numeric.numbers_of(text) == pytest.approx(numbers)


@pytest.mark.parametrize(
    ("options", "label"),
    [({}, "match"), ({"which": "first"}, "mismatch"), ({"which": "any"}, "match"), ({"relative": 0.5}, "match")],
)
def test_the_result_is_the_last_number(options: dict[str, object], label: str) -> None:
    """Unless the settings say otherwise."""
    judged = numeric.judge_numeric(numeric.NumericConfig(**options), "First 6 * 7, so it is 42.", "42")  # type: ignore[arg-type]

    assert isinstance(judged, Judgement)
    assert judged.label == label


def test_a_reference_without_a_number_is_a_failure() -> None:
    """And an answer without one is wrong."""
    config = numeric.NumericConfig()

    assert isinstance(numeric.judge_numeric(config, "42", "forty-two"), Failure)
    assert numeric.judge_numeric(config, "forty-two", "42") == Judgement(0.0, "no_number")


def test_token_f1_is_squads() -> None:
    """Two of three said words are among four wanted ones: P = 2/3, R = 2/4, F1 = 4/7; the best reference counts."""
    judged = tokens.judge_token_f1(NONE, "the Red, green car", "red green blue bridge")

    assert judged.value == pytest.approx(4 / 7)
    assert tokens.judge_token_f1(NONE, "red", "blue\n---\nRED!").value == 1.0


@given(answer=WORDS, reference=WORDS)
@settings(max_examples=40, deadline=None)
def test_token_f1_sees_no_order_case_or_spaces(answer: list[str], reference: list[str]) -> None:
    """It is symmetric and within 0 and 1; a right word more never lowers recall."""
    plain = tokens.token_overlap(" ".join(answer), " ".join(reference))
    other = tokens.token_overlap("  ".join(reversed(answer)).upper(), " ".join(reference))
    turned = tokens.token_overlap(" ".join(reference), " ".join(answer))
    more = tokens.token_overlap(" ".join([*answer, reference[0]]), " ".join(reference))

    assert plain == pytest.approx(other)
    assert plain[2] == pytest.approx(turned[2])
    assert 0 <= plain[2] <= 1
    assert more[1] >= plain[1]


def test_scores_of_translation_are_sacrebleus() -> None:
    """The same numbers as the library's, over 100; equal texts are perfect."""
    skip_without_overlap()
    import sacrebleu

    answer, reference = "the cat sat on a mat", "the cat is on the mat"

    assert translation.BLEU_RULE.judge(NONE, answer, reference).value == pytest.approx(
        sacrebleu.sentence_bleu(answer, [reference]).score / 100
    )
    assert translation.CHRF_RULE.judge(NONE, answer, reference).value == pytest.approx(
        sacrebleu.sentence_chrf(answer, [reference]).score / 100
    )
    assert translation.judge_ter(translation.TerConfig(), answer, reference).value == pytest.approx(2 / 6)
    assert translation.judge_ter(translation.TerConfig(), answer, answer).value == 0


def test_ter_of_long_texts_is_that_of_their_beginning() -> None:
    """It would take minutes; the label says so."""
    skip_without_overlap()
    judged = translation.judge_ter(translation.TerConfig(ter_words=5), "a b c d e f g", "a b c d e x y")

    assert (judged.value, judged.label) == (0.0, "cut")


def test_rouge_is_computed_by_hand() -> None:
    """Longest common subsequence `the cat on mat`: 4 of 6 and 6 words, F1 = 2/3."""
    skip_without_overlap()
    judged = rouge.judge_rouge(rouge.RougeConfig(), "the cat sat on a mat", "the cat is on the mat")

    assert judged.value == pytest.approx(2 / 3)
    with pytest.raises(ConfigurationError, match="rouge1, rouge2, rougeL"):
        rouge.RougeConfig(variant="rougeX")


SCHEMA = '{"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}'


@pytest.mark.parametrize(
    ("answer", "value", "label", "why"),
    [
        ('{"a": 1}', 1.0, "valid", ""),
        ('```json\n{"a": 1}\n```', 1.0, "valid", ""),
        ('{"a": "secret"}', 0.0, "invalid", "$.a: type"),
        ("{}", 0.0, "invalid", "$: required"),
        ("a = 1", 0.0, "not_json", ""),
    ],
)
def test_an_answer_is_held_against_its_schema(answer: str, value: float, label: str, why: str) -> None:
    """The explanation says which path breaks which keyword, and never what stands there."""
    assert structured.judge_schema(structured.JsonSchemaConfig(), answer, SCHEMA) == Judgement(value, label, why)


@pytest.mark.parametrize("schema", ["[]", "no json", '{"type": 7}', '{"$ref": "http://127.0.0.1:1/schema.json"}'])
def test_an_unusable_schema_is_a_failure(schema: str) -> None:
    """Also one that points to the network, which is never asked."""
    assert isinstance(structured.judge_schema(structured.JsonSchemaConfig(), "{}", schema), Failure)


@pytest.mark.parametrize(
    ("answer", "share", "wrong"),
    [
        ('{"name": "Ann", "age": 41, "tags": ["b", "a"]}', 1.0, ""),
        ('{"name": "ann ", "age": 41.0, "tags": ["a", "b"], "more": 1}', 1.0, ""),
        ('{"name": "Ann", "age": "41", "tags": ["a"]}', 0.5, "$.age, $.tags[1]"),
        ("[]", 0.0, "$.name, $.age, $.tags[0], $.tags[1]"),
    ],
)
def test_fields_are_compared_one_by_one(answer: str, share: float, wrong: str) -> None:
    """Lists as sets; texts after normalisation; numbers by value, not by spelling."""
    reference = '{"name": "Ann", "age": 41, "tags": ["a", "b"]}'

    judged = structured.judge_fields(structured.JsonFieldsConfig(), answer, reference)

    assert isinstance(judged, Judgement)
    assert (judged.value, judged.explanation) == (share, wrong)


@pytest.mark.parametrize(
    "recorded",
    [
        '{"content": [{"token": "a", "logprob": -1.0}, {"token": "b", "logprob": -3.0}]}',
        '{"token_logprobs": [null, -1.0, -3.0]}',
        "[-1.0, -3.0]",
    ],
)
def test_perplexity_is_the_exponential_of_the_mean(recorded: str) -> None:
    """exp(2), in each shape in which log-probabilities are recorded."""
    judged = perplexity.judge_perplexity(NONE, {"gen_ai.response.logprobs": recorded})

    assert isinstance(judged, Judgement)
    assert judged.value == pytest.approx(math.exp(2))


def test_classification_is_scikit_learns() -> None:
    """Accuracy with its interval; precision, recall and F1 by label; rows without a truth do not count."""
    said = ["yes"] * 6 + ["no"] * 4 + ["yes"]
    true = ["Yes"] * 5 + ["no"] + ["no"] * 3 + ["yes"] + [""]

    judged = Classification().judge(None, Window(0, 1, {"output_text": said, "reference": true}, 11))

    found = {(j.feature, j.cohort): j.statistic for j in judged}
    assert found[("accuracy", "")] == pytest.approx(0.8)
    assert found[("precision", "yes")] == pytest.approx(5 / 6)
    assert found[("recall", "no")] == pytest.approx(3 / 4)
    assert found[("f1", "")] == pytest.approx((10 / 12 + 6 / 8) / 2)
    assert judged[0].effect_low is not None
    assert judged[0].effect_low < 0.8 < (judged[0].effect_high or 0)


def test_few_rows_are_no_classification() -> None:
    """Below `min_rows` nothing is said."""
    assert Classification().judge(None, Window(0, 1, {"output_text": ["a"], "reference": ["a"]}, 1)) == []
