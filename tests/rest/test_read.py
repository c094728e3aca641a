"""What the read API answers."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from spanglass_collector.access import Scope
from spanglass_collector.rest import shapes
from tests.rest.conftest import Client
from tests.rest.traffic import BANK, FROM, SHOP, TO, TRACES

TIMES = {"from": FROM, "to": TO}


def _get(client: httpx.Client, path: str, **parameters: Any) -> Any:
    answer = client.get(path, params=TIMES | parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/projects", shapes.Rows[shapes.Project]),
        ("/traces", shapes.Page[shapes.TraceHead]),
        (f"/traces/{SHOP.trace(0)}", shapes.Trace),
        ("/sessions", shapes.Page[shapes.Session]),
        ("/scores", shapes.Page[shapes.Score]),
        ("/usage", shapes.Rows[shapes.Usage]),
        ("/usage?by=user", shapes.Rows[shapes.Usage]),
        ("/windows", shapes.Rows[shapes.Window]),
        ("/alerts", shapes.Rows[shapes.AnyRow]),
    ],
)
def test_answers_have_the_documented_shape(shop: httpx.Client, path: str, shape: type[BaseModel]) -> None:
    """Field by field, and none of them is empty here."""
    answer = shop.get(path, params=None if "?" in path else TIMES)
    if "?" in path:
        answer = shop.get(path + f"&from={FROM}&to={TO}")
    shape.model_validate_json(answer.content)
    assert answer.json().get("items", answer.json().get("spans"))


def test_every_page_follows_from_the_one_before(shop: httpx.Client) -> None:
    """Nothing twice, nothing left out, newest first."""
    seen, cursor = [], ""
    while cursor is not None:
        page = _get(shop, "/traces", limit=3, cursor=cursor)
        seen += [item["trace_id"] for item in page["items"]]
        cursor = page["next"]
    assert seen == [SHOP.trace(number) for number in reversed(range(TRACES))]
    sessions = _get(shop, "/sessions", limit=1)
    rest = _get(shop, "/sessions", limit=1, cursor=sessions["next"])
    assert [s["session_id"] for s in sessions["items"] + rest["items"]] == [SHOP.session(0), SHOP.session(1)]
    assert rest["next"] is None


def test_a_trace_in_a_list_has_the_sums_of_its_model_calls(shop: httpx.Client) -> None:
    """An unpriced call leaves the cost unknown, not 0."""
    by_id = {item["trace_id"]: item for item in _get(shop, "/traces")["items"]}
    priced, unpriced = by_id[SHOP.trace(2)], by_id[SHOP.trace(3)]
    assert (priced["spans"], priced["input_tokens"], priced["cost_usd"], priced["errors"]) == (3, 10, 0.25, 0)
    assert (unpriced["cost_usd"], unpriced["unpriced_calls"], unpriced["errors"]) == (None, 1, 1)


@pytest.mark.parametrize(
    ("having", "finds"),
    [
        ({"status": "Error"}, 1),
        ({"model": "aa-model"}, TRACES),
        ({"model": "bb-model"}, 0),
        ({"model": "aa-model", "kind": "tool"}, 0),
        ({"kind": "tool"}, TRACES),
        ({"session": SHOP.session(1)}, 3),
        ({"min_cost_usd": 0.2}, TRACES - 1),
        ({"name": "run agent"}, TRACES),
        ({"name": "run llm"}, 0),
        ({"min_duration_ms": 6}, 0),
        ({"tag": "t"}, TRACES),
        ({"from": "2026-03-01T12:05:00Z"}, 2),
        ({"user": "it's \\ a\ttab"}, 0),
    ],
)
def test_filters(shop: httpx.Client, having: dict[str, Any], finds: int) -> None:
    """Of the root, and of any one span."""
    assert len(_get(shop, "/traces", **having)["items"]) == finds


def test_a_trace_is_a_tree_with_its_scores(shop: httpx.Client) -> None:
    """Depth first; a span's texts come with the span."""
    trace = _get(shop, f"/traces/{SHOP.trace(0)}")
    assert [(span["kind"], span["depth"]) for span in trace["spans"]] == [("agent", 0), ("tool", 1), ("llm", 2)]
    assert trace["spans"][0]["children"] == [SHOP.span(0, 2)]
    assert [(score["name"], score["value"]) for score in trace["scores"]] == [("quality", 0.5)]
    assert _get(shop, f"/spans/{SHOP.trace(0)}/{SHOP.span(0, 2)}")["input"] == "what goes in"


def test_a_gap_comes_with_what_remains_of_it_within_strata(shop: httpx.Client) -> None:
    """The ratio, the gap with the mix held fixed, and the verdict; null where nobody can tell, as of drift."""
    drift, gap = sorted(_get(shop, "/windows")["items"], key=lambda item: item["name"])
    assert (gap["ratio"], gap["ratio_low"], gap["ratio_high"]) == (0.5, 0.4, 0.625)
    assert (gap["within_effect"], gap["within_low"], gap["within_high"], gap["reversed"]) == (0.1, 0.05, 0.15, True)
    unknown = ("ratio", "ratio_low", "ratio_high", "within_effect", "within_low", "within_high", "reversed")
    assert [drift[name] for name in unknown] == [None] * 7


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        ("model", ["aa-model"]),
        ("user", ["aa-user"]),
        ("session", [SHOP.session(0), SHOP.session(1)]),
        ("day", ["2026-03-01"]),
        ("kind", ["llm", "agent", "tool"]),
        ("prompt_version", []),
    ],
)
def test_usage_by(shop: httpx.Client, by: str, keys: list[str]) -> None:
    """Six of seven calls have a price."""
    items = _get(shop, "/usage", by=by)["items"]
    assert [item["key"] for item in items] == keys
    if len(keys) == 1:
        assert (items[0]["calls"], items[0]["cost_usd"], items[0]["unpriced_calls"]) == (TRACES, 1.5, 1)


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        (f"/traces/{'0' * 32}", 404, "no trace"),
        (f"/traces/{BANK.trace(0)}", 404, "no trace"),
        (f"/spans/{SHOP.trace(0)}/{'0' * 16}", 404, "no span"),
        ("/traces/nothex", 422, "trace_id"),
        ("/traces?limit=501", 422, "limit"),
        ("/traces?limit=0", 422, "limit"),
        ("/traces?cursor=nonsense", 400, "cursor"),
        ("/traces?cursor=WzEsICJcdWQ4MDAiXQ==", 400, "cursor"),
        ("/traces?from=yesterday", 400, "2026-01-31T12:00:00Z"),
        ("/traces?from=9999999999999999999", 400, "out of range"),
        ("/traces?from=2026-03-02&to=2026-03-01", 400, "later"),
        ("/usage?by=password", 422, "by"),
        ("/traces?project=bank", 403, "bound to project 'shop'"),
        ("/traces?project=..", 400, "letters"),
    ],
)
def test_errors_are_problems_that_say_what_to_do(shop: httpx.Client, path: str, status: int, says: str) -> None:
    """RFC 9457, in one line."""
    answer = shop.get(path)
    assert answer.headers["content-type"] == "application/problem+json"
    assert shapes.Problem.model_validate_json(answer.content).status == answer.status_code == status
    assert says in answer.json()["detail"]


def test_without_a_key_nothing_is_read(api: Client, shop: httpx.Client) -> None:
    """401 without, 403 with one for something else."""
    assert httpx.get(f"{shop.base_url}traces").status_code == 401
    assert api(SHOP.name, Scope.INGEST).get("/traces").status_code == 403


def test_the_description_names_every_route(shop: httpx.Client) -> None:
    """OpenAPI, without a page that loads scripts from elsewhere."""
    described = shop.get("/openapi.json").json()
    assert {"/api/v1/traces", "/api/v1/traces/{trace_id}", "/api/v1/scores", "/api/v1/usage"} <= set(described["paths"])
    assert "TraceHead" in described["components"]["schemas"]
    assert httpx.get(str(shop.base_url).replace("/api/v1", "/docs")).status_code == 404
