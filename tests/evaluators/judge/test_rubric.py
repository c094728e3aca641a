"""Points by criteria, one judge and several, asked once and read rightly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from judge_server import JudgeServer, completion, texts_of, verdict

from spanglass_evaluators.config import from_mapping
from spanglass_evaluators.contract import Batch, Failure, Judgement
from spanglass_evaluators.digest import config_digest
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.judge.rubric import Rubric

BatchOf = Callable[..., Batch]
TWO = ["clear: Is it easy to read?", "right: Is it correct?"]


def test_points_become_a_value_between_0_and_1(server: JudgeServer, judge_of: Any, batch_of: BatchOf) -> None:
    """5 and 2 on 1 to 5: the mean of 1 and 1/4; the points stand in the explanation."""
    server.reply = lambda body: verdict(body, scores={"clear": 5, "right": 2})

    [result] = judge_of(criteria=TWO).score(batch_of(["Four."]))

    assert result.value == pytest.approx(0.625)
    assert orjson.loads(result.explanation)["scores"] == {"clear": 5, "right": 2}


def test_the_request_holds_rubric_texts_and_schema(server: JudgeServer, judge_of: Any, batch_of: BatchOf) -> None:
    """The task is ours alone, the texts are fenced, and the schema allows the scale and nothing else."""
    judge_of(scale=[0, 4]).score(batch_of(["Four."]))

    [body] = server.requests
    assert texts_of(body) == {"QUESTION": "What is two and two?", "ANSWER": "Four."}
    assert "helpfulness: Does the answer" in body["messages"][0]["content"]
    schema = body["response_format"]["json_schema"]["schema"]
    assert schema["properties"]["scores"]["properties"]["helpfulness"]["enum"] == [0, 1, 2, 3, 4]
    assert body["model"] == "local-judge"


def test_a_judge_with_a_reference_sees_it(server: JudgeServer, judge_of: Any, batch_of: BatchOf) -> None:
    """kind = reference: metadata.reference beside the answer, and only spans that have one."""
    server.reply = lambda body: verdict(body, scores={"correctness": 5})
    judge = judge_of(kind="reference", context=True)

    [result] = judge.score(batch_of(["Four."], reference=["4"], documents_text=["Sums."]))

    assert result.value == 1.0
    assert texts_of(server.requests[0])["REFERENCE"] == "4"
    assert texts_of(server.requests[0])["DOCUMENTS"] == "Sums."
    assert "metadata.reference" in judge.where


def test_what_was_judged_is_not_paid_for_again(server: JudgeServer, judge_of: Any, batch_of: BatchOf) -> None:
    """Also in another process, which is another judge over the same file; a changed rubric asks anew."""
    first = judge_of(input_usd_per_million=10.0).score(batch_of(["Four.", "Four."]))
    [again] = judge_of(input_usd_per_million=10.0).score(batch_of(["Four."]))
    judge_of(scale=[0, 10]).score(batch_of(["Four."]))

    assert again.value == first[0].value
    assert again.cost_usd == 0.0
    assert len(server.requests) == 2


def test_three_judges_answer_by_majority(server: JudgeServer, judge_of: Any, batch_of: BatchOf) -> None:
    """5, 5 and 4; the models' values and their spread are reported."""
    points = {"a": 5, "b": 5, "c": 4}
    server.reply = lambda body: verdict(body, scores={"helpfulness": points[body["model"]]})

    [result] = judge_of(join="majority", judges=[{"model": m} for m in points]).score(batch_of(["Four."]))

    details = orjson.loads(result.explanation)
    assert result.value == 1.0
    assert details["judges"] == {"a": 1.0, "b": 1.0, "c": 0.75}
    assert details["spread"] == 0.25


def test_judges_far_apart_give_no_value(server: JudgeServer, judge_of: Any, batch_of: BatchOf) -> None:
    """1 and 5: label `disagreement`, for the next stage of a cascade or a person."""
    server.reply = lambda body: verdict(body, scores={"helpfulness": 1 if body["model"] == "a" else 5})

    [result] = judge_of(judges=[{"model": "a"}, {"model": "b"}]).score(batch_of(["Four."]))

    assert (result.value, result.label) == (None, "disagreement")


def test_one_of_three_judges_may_be_away(server: JudgeServer, judge_of: Any, batch_of: BatchOf) -> None:
    """Two of three answered: a value, and the third's error in the explanation; one of three is a failure to retry."""
    judges = [{"model": "a"}, {"model": "b"}, {"model": "c", "base_url": "http://127.0.0.1:9/v1"}]
    [two] = judge_of(judges=judges, attempts=1).score(batch_of(["Four."]))
    away = [{"model": m, "base_url": "http://127.0.0.1:9/v1"} for m in "bc"]
    [one] = judge_of(judges=[{"model": "a"}, *away], attempts=1).score(batch_of(["Four."]))

    assert two.value == 0.75
    assert "cannot be reached" in two.explanation
    assert isinstance(one, Failure)
    assert one.retryable


def test_a_session_is_judged_as_a_conversation(server: JudgeServer, judge_of: Any) -> None:
    """The rows of a session are lists: turns in order, a repeated question once."""
    judge = judge_of(target="session")
    rows = {"input_text": [["Hi", "Hi", "And now?"]], "output_text": [["Hello", "", "Bye"]]}

    [result] = judge.score(Batch(rows, 1))

    assert judge.target == "session"
    assert result.value == 0.75
    assert texts_of(server.requests[0])["ANSWER"] == "USER: Hi\n\nASSISTANT: Hello\n\nUSER: And now?\n\nASSISTANT: Bye"


def test_calls_of_a_day_are_bounded(server: JudgeServer, judge_of: Any, batch_of: BatchOf) -> None:
    """Two calls, whichever process makes them; the rows that were not judged say why."""
    judge_of(max_calls_per_day=2).score(batch_of(["One."]))
    results = judge_of(max_calls_per_day=2, concurrency=1).score(batch_of(["Two.", "Three."]))

    assert results[0].value == 0.75
    assert isinstance(results[1], Failure)
    assert "max_calls_per_day" in results[1].reason
    assert len(server.requests) == 2


def test_money_is_bounded_before_it_is_spent(server: JudgeServer, judge_of: Any, batch_of: BatchOf) -> None:
    """A call counts at the most it can cost until its bill is there: sixteen at once do not pass the bound."""
    server.reply = lambda body: completion(verdict(body, scores={"helpfulness": 4}), tokens=(500, 100))
    judge = judge_of(input_usd_per_million=10.0, output_usd_per_million=100.0, max_usd_per_run=0.2, concurrency=16)

    results = judge.score(batch_of([f"Answer {n}." for n in range(60)]))

    paid = sum(r.cost_usd for r in results if not isinstance(r, Failure))
    assert 0 < paid <= 0.2
    assert all("max_usd_per_run" in r.reason for r in results if isinstance(r, Failure))
    assert any(isinstance(r, Failure) for r in results)


def test_a_bound_in_money_needs_a_price(judge_of: Any) -> None:
    """A model without a known price cannot be held to a bound; one that the library knows can."""
    with pytest.raises(ConfigurationError, match="input_usd_per_million"):
        judge_of(max_usd_per_day=1.0)

    assert isinstance(judge_of(max_usd_per_day=1.0, model="gpt-4o-mini", provider="openai"), Rubric)


def test_the_price_comes_from_the_price_library(server: JudgeServer, judge_of: Any, batch_of: BatchOf) -> None:
    """gpt-4o-mini: 0.15 and 0.60 USD a million; 100 and 20 tokens."""
    [result] = judge_of(model="gpt-4o-mini", provider="openai").score(batch_of(["Four."]))

    assert result.cost_usd == pytest.approx((100 * 0.15 + 20 * 0.6) / 1e6)


def test_an_unknown_price_is_no_cost_of_0(server: JudgeServer, judge_of: Any, batch_of: BatchOf) -> None:
    """CostUsd stays empty."""
    [result] = judge_of().score(batch_of(["Four."]))

    assert result.cost_usd is None


def test_judges_are_evaluators_of_any_name(tmp_path: Any) -> None:
    """[evaluators.NAME] with kind; without such a table there is none. Two of one kind may stand side by side."""
    tables = {
        name: {"kind": "rubric", "model": "m", "sample": 0.1, "state_file": str(tmp_path / "judge.sqlite")}
        for name in ("helpful", "polite")
    }

    jobs = {job.evaluator.name: job for job in from_mapping({"evaluators": tables}).span_jobs}

    assert isinstance(jobs["helpful"].evaluator, Rubric)
    assert jobs["polite"].selection.sample.share == 0.1
    assert not any(isinstance(job.evaluator, Rubric) for job in from_mapping({}).span_jobs)


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        ({"kind": "essay"}, "rubric, reference, pairwise"),
        ({"model": ""}, "names no model"),
        ({"criteria": ["is it good"]}, "name: what it asks"),
        ({"criteria": []}, "name: what it asks"),
        ({"scale": [5, 1]}, "least, most"),
        ({"join": "loudest"}, "mean, median, majority"),
        ({"reply_format": "yaml"}, "json_schema"),
        ({"judges": [{"modle": "a"}]}, "modle"),
        ({"judges": []}, "judges"),
        ({"on_suspicion": "panic"}, "undecided"),
        ({"calibration": "nowhere.json"}, "judge calibrate"),
        ({"temprature": 1}, "temprature"),
        ({"kind": "pairwise", "disagreement": "first"}, "undecided"),
    ],
)
def test_wrong_settings_are_told(judge_of: Any, options: dict[str, Any], hint: str) -> None:
    """With what would be right."""
    with pytest.raises(ConfigurationError, match=hint):
        judge_of(**options)


def test_the_digest_knows_what_sways_the_verdict(judge_of: Any) -> None:
    """Model, address, rubric; not the key, the timeout or the bounds."""
    digests = [
        config_digest(judge_of(**options).config)
        for options in (
            {},
            {"timeout_s": 9.0, "api_key_env": "X"},
            {"model": "b"},
            {"scale": [0, 9]},
        )
    ]

    assert digests[0] == digests[1]
    assert len(set(digests)) == 3


def test_a_judge_is_the_last_stage_of_a_cascade(server: JudgeServer, tmp_path: Any, batch_of: BatchOf) -> None:
    """`refusal` decides nothing inside its band, so the judge is asked; its cost and verdict are the cascade's."""
    table = {"kind": "rubric", "model": "m", "base_url": server.url, "state_file": str(tmp_path / "judge.sqlite")}
    stages = [{"evaluator": "refusal", "undecided": [0.0, 1.0]}, "mine"]
    tables = {"evaluators": {"mine": table | {"enabled": False}}, "cascade": [{"name": "both", "stages": stages}]}
    jobs = {job.evaluator.name: job.evaluator for job in from_mapping(tables).span_jobs}

    [result] = jobs["both"].score(batch_of(["Four."]))

    assert isinstance(result, Judgement)
    assert result.value == 0.75
    assert result.explanation.startswith("decided by mine (stage 2 of 2)")
    assert "mine" not in jobs
