"""What endpoints do to a judge: limits, errors, silence, nonsense. Every test speaks HTTP with a real server."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

import pytest
from judge_server import JudgeServer, Raw, completion, verdict

from spanglass_evaluators.contract import Batch, Failure, Judgement

BatchOf = Callable[..., Batch]
NOW = {"retry-after": "0"}


def good(body: dict[str, Any]) -> str:
    return verdict(body, scores={"helpfulness": 5})


def only(results: Any) -> Any:
    assert len(results) == 1
    return results[0]


def test_a_verdict_arrives_with_its_cost(server: JudgeServer, judge_of: Any, batch_of: BatchOf) -> None:
    """100 tokens in at 10 USD a million, 20 out at 50: 0.002 USD; the key goes in the header."""
    server.reply = good
    judge = judge_of(input_usd_per_million=10.0, output_usd_per_million=50.0)

    result = only(judge.score(batch_of(["Four."])))

    assert isinstance(result, Judgement)
    assert (result.value, result.cost_usd) == (1.0, pytest.approx(0.002))
    assert server.keys == ["Bearer sk-very-secret"]
    assert '"reason":"because"' in result.explanation


def test_a_limit_of_requests_is_waited_for(server: JudgeServer, judge_of: Any, batch_of: BatchOf) -> None:
    """429 with Retry-After, twice, then the verdict."""
    busy = Raw(429, b'{"error":{"code":"rate_limit_exceeded"}}', NOW)
    server.then(busy, busy, good)

    assert only(judge_of().score(batch_of(["Four."]))).value == 1.0
    assert len(server.requests) == 3


def test_a_server_error_is_tried_again(server: JudgeServer, judge_of: Any, batch_of: BatchOf) -> None:
    """500 and 503 are the endpoint's bad moment."""
    server.then(Raw(500, b"oops", NOW), Raw(503, b"", NOW), good)

    assert only(judge_of().score(batch_of(["Four."]))).value == 1.0


def test_a_longer_wait_than_allowed_is_a_failure_that_may_be_retried(
    server: JudgeServer, judge_of: Any, batch_of: BatchOf
) -> None:
    """Retry-After: an hour, longest_wait_s: 30. The row fails at once, as retryable."""
    server.reply = lambda _: Raw(429, b"{}", {"retry-after": "3600"})

    result = only(judge_of().score(batch_of(["Four."])))

    assert result == Failure("the judge answered 429", retryable=True)
    assert len(server.requests) == 1


def test_retry_after_may_be_a_date(server: JudgeServer, judge_of: Any, batch_of: BatchOf) -> None:
    """One that has passed: no wait."""
    server.then(Raw(429, b"", {"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}), good)

    assert only(judge_of().score(batch_of(["Four."]))).value == 1.0


def test_a_cut_connection_is_tried_again(server: JudgeServer, judge_of: Any, batch_of: BatchOf) -> None:
    """The body ends before its length."""
    server.then(Raw(200, b'{"choices": [', cut=True), good)

    assert only(judge_of().score(batch_of(["Four."]))).value == 1.0


def test_a_slow_endpoint_is_given_up(server: JudgeServer, judge_of: Any, batch_of: BatchOf) -> None:
    """No answer within timeout_s, as often as attempts: a retryable failure that names the setting."""
    never = threading.Event()
    server.reply = lambda _: Raw(hold=never)

    result = only(judge_of(timeout_s=0.2, attempts=2, longest_wait_s=0.6).score(batch_of(["Four."])))
    never.set()

    assert isinstance(result, Failure)
    assert result.retryable
    assert "timeout_s" in result.reason


def test_nobody_listening_is_a_retryable_failure(server: JudgeServer, judge_of: Any, batch_of: BatchOf) -> None:
    """The message names the address."""
    judge = judge_of(attempts=1)
    server.close()

    result = only(judge.score(batch_of(["Four."])))

    assert result == Failure(f"the judge at {server.url} cannot be reached", retryable=True)


@pytest.mark.parametrize("body", [b"", b"<html>504</html>", b"[]", b'{"choices":[]}', b'{"choices":[{"message":5}]}'])
def test_200_with_nonsense_is_tried_again(server: JudgeServer, judge_of: Any, batch_of: BatchOf, body: bytes) -> None:
    """A proxy's page instead of a completion."""
    server.then(Raw(200, body), good)

    assert only(judge_of(longest_wait_s=1.0).score(batch_of(["Four."]))).value == 1.0


def test_a_wrong_key_is_asked_for_once(server: JudgeServer, judge_of: Any, batch_of: BatchOf) -> None:
    """401 on the first row: the others of the batch are not tried, and the message says what came back."""
    server.reply = lambda _: Raw(401, b'{"error":{"code":"invalid_api_key","message":"... sk-very-secret ..."}}')

    results = judge_of(concurrency=1).score(batch_of(["One.", "Two.", "Three."]))

    assert results == [Failure("the judge answered 401 (invalid_api_key)")] * 3
    assert len(server.requests) == 1


def test_an_endpoint_that_is_down_is_not_tried_for_every_row(
    server: JudgeServer, judge_of: Any, batch_of: BatchOf
) -> None:
    """After five rows in vain the rest of the batch fails at once."""
    server.reply = lambda _: Raw(503, b"", NOW)

    results = judge_of(attempts=2, concurrency=1).score(batch_of([f"{n}" for n in range(40)]))

    assert [type(r) for r in results] == [Failure] * 40
    assert len(server.requests) == 10


def test_an_endpoint_without_schemas_is_asked_without(server: JudgeServer, judge_of: Any, batch_of: BatchOf) -> None:
    """400 to json_schema, 400 to json_object, then text; the second row knows at once."""
    server.reply = lambda body: Raw(400, b"{}") if "response_format" in body else f"Sure:\n```json\n{good(body)}\n```"
    judge = judge_of(concurrency=1)

    assert [r.value for r in judge.score(batch_of(["Four.", "4"]))] == [1.0, 1.0]
    kinds = [body.get("response_format", {}).get("type") for body in server.requests]
    assert kinds == ["json_schema", "json_object", None, None]


def test_broken_json_is_asked_for_again(server: JudgeServer, judge_of: Any, batch_of: BatchOf) -> None:
    """The second question quotes the reply and says what was wrong with it."""
    server.then("I would give it a five.", good)

    assert only(judge_of().score(batch_of(["Four."]))).value == 1.0
    again = server.requests[1]["messages"]
    assert [m["role"] for m in again] == ["system", "user", "assistant", "user"]
    assert "no JSON object" in again[3]["content"]


def test_a_judge_that_stays_unreadable_is_a_failure(server: JudgeServer, judge_of: Any, batch_of: BatchOf) -> None:
    """Asked twice, not three times; a cut reply is told as such."""
    cut = completion('{"code": "')
    cut["choices"][0]["finish_reason"] = "length"
    server.reply = lambda _: cut

    result = only(judge_of().score(batch_of(["Four."])))

    assert isinstance(result, Failure)
    assert "raise max_tokens" in result.reason
    assert not result.retryable
    assert len(server.requests) == 2


def test_a_judge_that_declines_has_no_verdict(server: JudgeServer, judge_of: Any, batch_of: BatchOf) -> None:
    """A refusal is an answer, not a failure: no value, label `declined`, and its cost."""
    server.reply = lambda _: completion("", refusal="I cannot judge this.")

    result = only(judge_of(input_usd_per_million=10.0, output_usd_per_million=0.0).score(batch_of(["Four."])))

    assert (result.value, result.label, result.cost_usd) == (None, "declined", pytest.approx(0.001))


def test_fields_that_an_endpoint_does_not_take_are_left_out(
    server: JudgeServer, judge_of: Any, batch_of: BatchOf
) -> None:
    """Reasoning models: no temperature, another name for max_tokens."""
    server.reply = good

    judge_of(omit=["temperature"], max_tokens_field="max_completion_tokens").score(batch_of(["Four."]))

    assert "temperature" not in server.requests[0]
    assert server.requests[0]["max_completion_tokens"] == 600


def test_no_text_and_no_key_is_logged(
    server: JudgeServer, judge_of: Any, batch_of: BatchOf, caplog: pytest.LogCaptureFixture
) -> None:
    """At the lowest level, over a failure, a repair and a verdict; failures do not quote the prompt either."""
    echo = Raw(400, b'{"error":{"message":"bad prompt: marzipan","code":"marzipan is bad"}}')
    server.then("not json", good, echo)

    with caplog.at_level(logging.DEBUG):
        judge = judge_of(reply_format="text", concurrency=1)
        results = [only(judge.score(batch_of([text]))) for text in ("marzipan", "more marzipan")]

    assert results[1] == Failure("the judge answered 400")
    assert not [line for line in caplog.messages if "marzipan" in line or "sk-very-secret" in line]


def test_half_a_character_in_a_reason_is_no_obstacle(server: JudgeServer, judge_of: Any, batch_of: BatchOf) -> None:
    """A model wrote the escape of a lone surrogate, which no store takes; the verdict stands, and is cached."""
    server.reply = lambda body: good(body).replace("because", "so \\ud83d")
    judge = judge_of()

    first, again = only(judge.score(batch_of(["Four."]))), only(judge.score(batch_of(["Four."])))

    assert first.value == again.value == 1.0
    assert first.explanation.encode("utf-8")
    assert len(server.requests) == 1
