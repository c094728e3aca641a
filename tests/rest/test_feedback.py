"""Judgements by people and programs."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from spanglass_collector.access import Scope
from spanglass_collector.rest.problem import BODY_BYTES
from tests.rest.conftest import Client
from tests.rest.traffic import SHOP


@pytest.fixture(scope="module")
def judge(api: Client) -> httpx.Client:
    return api(SHOP.name, Scope.EVALUATE, Scope.READ)


def _scores(client: httpx.Client, trace: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/traces/{trace}").json()["scores"]
    return found


def test_feedback_is_stored_once_however_often_it_is_sent(judge: httpx.Client) -> None:
    """And what is sent under the same id replaces it."""
    body = {"trace_id": SHOP.trace(1), "thumb": "up", "comment": "nice", "author": "ann", "id": "1"}
    first, again = judge.post("/scores", json=body), judge.post("/scores", json=body)
    assert (first.status_code, first.json()) == (201, again.json())
    judge.post("/scores", json=body | {"thumb": "down"})
    judge.post("/scores", json=body | {"id": "2"})
    found = {
        (s["value"], s["label"], s["explanation"], s["evaluator"], s["source"]) for s in _scores(judge, SHOP.trace(1))
    }
    assert found == {(0.0, "down", "nice", "ann", "human"), (1.0, "up", "nice", "ann", "human")}
    assert len(_scores(judge, SHOP.trace(1))) == 2


def test_a_body_larger_than_any_judgement_is_refused(judge: httpx.Client) -> None:
    """Whoever sends it: FastAPI reads bodies before keys are looked at, and by itself reads all of them."""
    headers = {"Content-Type": "application/json", "Authorization": ""}
    answer = judge.post("/scores", content=b" " * (BODY_BYTES + 1), headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
    assert judge.post("/scores", content=b" " * 1000, headers=headers).status_code in (400, 422)


def test_a_span_and_a_session_can_be_judged(judge: httpx.Client) -> None:
    """With a value, a label, or words alone."""
    span = {"trace_id": SHOP.trace(2), "span_id": SHOP.span(2, 3), "name": "tone", "label": "rude", "source": "api"}
    assert judge.post("/scores", json=span).status_code == 201
    assert judge.post("/scores", json={"session_id": SHOP.session(0), "value": 0.5}).status_code == 201
    assert [(s["target"], s["value"], s["source"]) for s in _scores(judge, SHOP.trace(2))] == [("span", None, "api")]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "name one target"),
        ({"trace_id": SHOP.trace(0), "session_id": "s", "value": 1}, "name one target"),
        ({"trace_id": SHOP.trace(0)}, "say something"),
        ({"trace_id": SHOP.trace(0), "thumb": "up", "value": 1}, "leave those out"),
        ({"trace_id": "xyz", "value": 1}, "trace_id"),
        ({"trace_id": SHOP.trace(0), "value": 1, "project": "bank"}, "project"),
        ({"trace_id": SHOP.trace(0), "comment": "x" * 20_001}, "comment"),
    ],
)
def test_wrong_feedback_is_explained(judge: httpx.Client, body: dict[str, Any], says: str) -> None:
    """Field and reason."""
    answer = judge.post("/scores", json=body)
    assert answer.status_code == 422
    assert says in answer.json()["detail"]


def test_reading_is_not_judging(shop: httpx.Client) -> None:
    """Scopes are separate."""
    assert shop.post("/scores", json={"trace_id": SHOP.trace(0), "thumb": "up"}).status_code == 403
