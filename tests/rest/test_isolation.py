"""A key of one project never sees another's, whatever it asks."""

from __future__ import annotations

from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spanglass_collector.access import Scope
from tests.rest.conftest import Client
from tests.rest.traffic import BANK, FROM, SHOP, TO

IDS = st.sampled_from([SHOP.trace(0), BANK.trace(0), BANK.trace(3), "0" * 32])
SPANS = st.sampled_from([SHOP.span(0, 1), BANK.span(0, 1), BANK.span(3, 3)])
TEXTS = st.sampled_from(
    [
        "",
        "*",
        "bank",
        "shop",
        "bb-user",
        "aa-user",
        "bb-model",
        BANK.session(0),
        BANK.trace(0),
        "' OR 1=1 --",
        "%",
        "quality",
    ]
) | st.text(max_size=8)
PATHS = st.one_of(
    st.sampled_from(["/projects", "/traces", "/sessions", "/scores", "/usage", "/windows", "/alerts"]),
    IDS.map("/traces/{}".format),
    st.tuples(IDS, SPANS).map(lambda ids: "/spans/{}/{}".format(*ids)),
)
NAMES = [
    "name",
    "service",
    "user",
    "session",
    "model",
    "trace",
    "label",
    "evaluator",
    "feature",
    "tag",
    "source",
]
PARAMETERS = st.fixed_dictionaries(
    {"from": st.sampled_from([FROM, "0"]), "to": st.sampled_from([TO, "2099-01-01T00:00:00Z"])},
    optional=dict.fromkeys(NAMES, TEXTS)
    | {
        "by": st.sampled_from(["model", "user", "session", "day", "kind"]),
        "limit": st.sampled_from(["1", "500"]),
        "project": st.sampled_from(["", "bank", "*", "shop,bank", "shop"]),
    },
)
HEADERS = st.fixed_dictionaries({}, optional={"X-Spanglass-Project": st.sampled_from(["bank", "*", "shop", "%"])})


def test_random_reads_show_only_the_key_s_project(api: Client) -> None:
    """Every page of every route; a cursor of another project's page opens nothing either."""
    shop, foreign = api(SHOP.name, Scope.READ), api(BANK.name, Scope.READ)
    theirs = foreign.get("/traces", params={"from": FROM, "to": TO, "limit": 1}).json()["next"]
    answered = []

    @settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(path=PATHS, parameters=PARAMETERS, headers=HEADERS, cursor=st.sampled_from(["", theirs]))
    def ask(path: str, parameters: dict[str, Any], headers: dict[str, str], cursor: str) -> None:
        answer = shop.get(path, params=parameters | {"cursor": cursor}, headers=headers)
        assert answer.status_code in (200, 400, 403, 404, 422), answer.text
        if answer.status_code == 200:
            answered.append(path)
            _check(answer)

    ask()
    assert len(set(answered)) >= 6


def test_feedback_cannot_judge_another_project_s_trace(api: Client) -> None:
    """It is not found, as if it did not exist."""
    judge = api(SHOP.name, Scope.EVALUATE)
    answer = judge.post("/scores", json={"trace_id": BANK.trace(0), "thumb": "up"})
    assert answer.status_code == 404
    assert judge.post("/scores?project=bank", json={"trace_id": BANK.trace(0), "thumb": "up"}).status_code == 403


def _check(answer: httpx.Response) -> None:
    assert '"bb' not in answer.text
    assert '"bank"' not in answer.text
