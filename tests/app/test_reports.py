"""The terminal tables show what is stored: '-' where nothing is known, advice where nothing is there."""

from __future__ import annotations

import io
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from rich.console import Console

from spanglass_app.period import EPOCH
from spanglass_app.reports import tables
from spanglass_app.reports.tables import report
from spanglass_collector.store import ClickHouseStore

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


def insert(store: ClickHouseStore, table: str, rows: list[dict[str, Any]]) -> None:
    store.insert(table, [list(row.values()) for row in rows], list(rows[0]))


def call(number: int, **columns: Any) -> dict[str, Any]:
    """A model call of one second at noon."""
    ids = {"TraceId": f"{number:032x}", "SpanId": f"{number:016x}", "Project": "shop", "Timestamp": NOON}
    return {**ids, "Kind": "llm", "RequestModel": "m", "Duration": 1_000_000_000, **columns}


def shown(store: ClickHouseStore, since: datetime = EPOCH, project: str = "shop") -> str:
    out = io.StringIO()
    Console(file=out, width=150).print(report(store, project, since))
    return out.getvalue()


def row(text: str, first: str) -> list[str]:
    """The cells of the table row that starts so."""
    (found,) = (line.split() for line in text.splitlines() if line.split()[:1] == [first])
    return found


def test_an_empty_store_explains_what_to_do(store: ClickHouseStore) -> None:
    """Every table has a word for having no rows."""
    text = shown(store)
    assert "Traffic: no spans in this time; import some with 'spanglass import', or look further back" in text
    assert "Scores: nothing is judged yet; run 'spanglass eval run'" in text
    assert "Drift and group gaps (newest window): no windows were compared yet" in text
    assert "Alerts: none" in text


def test_the_traffic_table_adds_up(store: ClickHouseStore) -> None:
    """Calls, errors, latency, tokens and cost of what was inserted."""
    known = {"InputTokens": 600, "OutputTokens": 20, "CostUsd": 0.125, "UserId": "ann"}
    insert(store, "spans", [call(i, **known, StatusCode="Error" if i == 0 else "Ok") for i in range(10)])
    text = shown(store)
    assert row(text, "llm") == ["llm", "m", "10", "1", "1,000", "1,000", "6,000", "200", "1.2500", "0"]
    assert row(text, "ann") == ["ann", "10", "6,000", "200", "1.2500"]


def test_what_is_unknown_is_a_dash_and_never_zero(store: ClickHouseStore) -> None:
    """Tokens that nobody told, calls without a price, spans that are no model calls."""
    insert(store, "spans", [call(1, UserId="ann"), call(2, Kind="chain", RequestModel="", UserId="")])
    text = shown(store)
    assert row(text, "llm")[6:] == ["-", "-", "-", "1"]
    assert row(text, "chain")[1:2] + row(text, "chain")[6:] == ["-", "-", "-", "-", "0"]
    assert row(text, "ann") == ["ann", "1", "-", "-", "-"]


def test_a_price_of_some_calls_is_shown_beside_the_number_of_the_others(store: ClickHouseStore) -> None:
    """The reader sees that the sum is not all."""
    insert(store, "spans", [call(1, CostUsd=0.5, InputTokens=1), call(2, CostUsd=None, InputTokens=1)])
    assert row(shown(store), "llm")[8:] == ["0.5000", "1"]


def test_only_the_project_and_the_time_asked_for_are_shown(store: ClickHouseStore) -> None:
    """Others' calls and older ones do not count."""
    old = NOON - timedelta(days=2)
    insert(store, "spans", [call(1), call(2, Timestamp=old), call(3, Project="other")])
    assert row(shown(store), "llm")[2] == "2"
    assert row(shown(store, NOON - timedelta(hours=1)), "llm")[2] == "1"
    assert "no spans in this time" in shown(store, project="nobody")


def test_scores_show_what_was_judged_and_what_failed(store: ClickHouseStore) -> None:
    """The mean is of those that could be judged."""
    base = {"Project": "shop", "TargetTime": NOON, "TargetKind": "span", "Name": "toxicity", "Source": "evaluator"}
    judged = [(0.25, "ok", ""), (0.75, "toxic", ""), (None, "unknown", "the model failed")]
    insert(
        store,
        "scores",
        [
            {**base, "SpanId": f"{i:016x}", "TraceId": f"{i:032x}", "Value": value, "Label": label, "Error": error}
            for i, (value, label, error) in enumerate(judged)
        ],
    )
    insert(store, "spans", [call(1, UserId="ann")])
    lines = [line for line in shown(store).splitlines() if line.startswith("toxicity")]
    assert lines[0].split()[:5] == ["toxicity", "evaluator", "3", "1", "0.500"]
    assert lines[1].split() == ["toxicity", "0.750", "toxic", f"{1:032x}", "m", "ann"]


def test_a_window_that_cannot_be_judged_says_why(store: ClickHouseStore) -> None:
    """Beside the ones that changed or did not."""
    base = {"Project": "shop", "Name": "drift", "Method": "ks", "WindowEnd": NOON, "N": 100, "ReferenceN": 90}
    insert(
        store,
        "window_scores",
        [
            {**base, "Feature": "Duration", "EffectSize": 0.5, "PValue": 1e-9, "Drifted": True, "Error": ""},
            {**base, "Feature": "Tokens", "EffectSize": 0.0, "PValue": 0.5, "Drifted": False, "Error": ""},
            {**base, "Feature": "Cost", "EffectSize": None, "PValue": None, "Drifted": None, "Error": "too few"},
        ],
    )
    lines = {line.split()[1]: line.split()[2:] for line in shown(store).splitlines() if line.startswith("drift")}
    assert lines["Duration"] == ["all", "ks", "0.500", "-", "1e-09", "100", "/", "90", "CHANGED"]
    assert lines["Tokens"][-1] == "steady"
    assert lines["Cost"] == ["all", "ks", "-", "-", "-", "100", "/", "90", "too", "few"]


@pytest.mark.parametrize("name", ["[/]", "[bold]x", ":smile:", "a[red]b[/red]"])
def test_names_are_shown_as_they_were_sent(store: ClickHouseStore, name: str) -> None:
    """Brackets are no markup, colons no emoji."""
    insert(store, "spans", [call(1, RequestModel=name, UserId=name)])
    assert row(shown(store), "llm")[1] == name


def test_a_name_cannot_move_the_cursor() -> None:
    """Control characters of a sender are shown as what they are not."""
    assert tables.cell("a\x1b[2J\nb").plain == "a\N{REPLACEMENT CHARACTER}[2J\N{REPLACEMENT CHARACTER}b"


@pytest.mark.parametrize("show", [tables.count, tables.usd, tables.decimal, tables.milliseconds, tables.p_value])
def test_none_is_a_dash(show: Any) -> None:
    """In every unit."""
    assert show(None) == "-"
    assert show(0) != "-"
