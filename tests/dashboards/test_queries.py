"""Every statement of every committed dashboard, as Grafana would send it, on the embedded store."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from spanglass_collector.store import Store
from spanglass_dashboards import first_sight
from spanglass_dashboards.lint import panels
from tests.dashboards import judged, traffic
from tests.dashboards.asking import CHOSEN, RANGE, execute, frame, number
from tests.dashboards.conftest import COMMITTED

NOTHING_TO_OFFER = {("drift", "cohort")}
"""Of this traffic: its windows have no cohorts."""


@pytest.mark.parametrize("name", COMMITTED)
def test_every_statement_finds_rows_of_its_shape(name: str, store: Store) -> None:
    """No panel, annotation or variable is empty; time series can be drawn; texts never hide a number."""
    values = first_sight.choices(COMMITTED[name], store, RANGE, CHOSEN)
    for question in first_sight.questions(COMMITTED[name], RANGE, values):
        rows = execute(store, question.sql)
        assert rows or (name, question.title) in NOTHING_TO_OFFER, question.title
        if question.panel.get("type") in ("timeseries", "status-history"):
            _can_be_drawn(rows, question.title)
        if question.panel.get("type") == "stat":
            assert len(rows) == len(rows[0]) == 1, question.title


def _can_be_drawn(rows: list[dict[str, Any]], title: str) -> None:
    """A time in the range, at most one text column, finite numbers."""
    for row in rows:
        at = row.pop("time")
        assert traffic.START - timedelta(days=1) <= _aware(at) <= traffic.END, title
        texts = [value for value in row.values() if isinstance(value, str)]
        numbers = [value for value in row.values() if isinstance(value, (int, float)) and abs(value) < 1e18]
        assert len(texts) <= 1, title
        assert len(texts) + len(numbers) == len(row), title


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=traffic.START.tzinfo) if moment.tzinfo is None else moment


@pytest.mark.parametrize("name", COMMITTED)
def test_units_and_links_belong_to_columns_that_exist(name: str, store: Store) -> None:
    """An override names a column or series of its panel's answer."""
    values = first_sight.choices(COMMITTED[name], store, RANGE, CHOSEN)
    for question in first_sight.questions(COMMITTED[name], RANGE, values):
        named = {o["matcher"]["options"] for o in question.panel.get("fieldConfig", {}).get("overrides", ())}
        rows = execute(store, question.sql) if named else []
        known = set(rows[0]) | {row["series"] for row in rows if "series" in row} if rows else set()
        assert named <= known | _BANDS, question.title


_BANDS = {"0 to 0.2", "0.2 to 0.4", "0.4 to 0.6", "0.6 to 0.8", "0.8 to 1", "1"}
"""Parts of a score's scale that this traffic does not reach."""


@pytest.mark.parametrize(
    ("dashboard", "title", "expected"),
    [
        ("overview", "Model calls", traffic.CALLS),
        ("overview", "Error rate", traffic.ERRORS / traffic.CALLS),
        ("overview", "Latency p95", 1.94e9),
        ("overview", "First token p95", 3e8),
        ("overview", "Cost", traffic.COST_TOTAL),
        ("overview", "Unpriced calls", traffic.UNPRICED),
        ("overview", "Firing alerts", 1),
        ("overview", "Lost spans", traffic.LOST),
        ("cost", "Cost", traffic.COST_TOTAL),
        ("cost", "Cached share", 0.4),
        ("cost", "Unpriced share", 1 / 3),
        ("cost", "Cost of 1000 calls", 1000 * traffic.COST_USD),
        ("quality", "Mean of the score", 0.5 - 10 / (traffic.CALLS + 20) / 2),
        ("quality", "Judged share", 1),
        ("quality", "Agreement with people now", 0.5),
        ("safety", "Toxic", 1 / judged.TOXIC_EVERY),
        ("safety", "Refused", 1 / judged.REFUSED_EVERY),
        ("safety", "Personal data", 1 / judged.LEAK_EVERY),
        ("safety", "Injection", 1 / judged.INJECTED_EVERY),
        ("drift", "Drifted features", 1),
        ("drift", "Compared", 4),
        ("fairness", "Gaps", 1),
        ("fairness", "Reversed within strata", 1),
        ("fairness", "Smallest group", 280),
        ("training", "Failed runs", 0.5),
        ("training", "Calls without a version", 2 / 3),
        ("itself", "Spans a second", 3 * traffic.CALLS / 21_600),
        ("itself", "Given up", 1),
    ],
)
def test_the_numbers_are_those_of_the_traffic(dashboard: str, title: str, expected: float, store: Store) -> None:
    """Agents, other projects, resolved alerts and failed judgements are not counted."""
    assert number(frame(store, dashboard, title)) == pytest.approx(expected, rel=0.02)


def test_the_month_is_expected_to_go_on_as_it_began(store: Store) -> None:
    """Six hours cost what they cost; the thirty and a half days left cost four times that each."""
    left = 30.5 * 4 * traffic.COST_TOTAL
    assert number(frame(store, "cost", "Expected this month")) == pytest.approx(traffic.COST_TOTAL + left, rel=0.01)


def test_rates_add_up_to_the_traffic(store: Store) -> None:
    """What is drawn per minute or hour, over the range, is what was sent."""
    minutes = RANGE.interval_s / 60
    calls = sum(row["calls"] for row in frame(store, "overview", "Calls a minute by model")) * minutes
    tokens = sum(row["input"] for row in frame(store, "overview", "Tokens a minute")) * minutes
    assert (calls, tokens) == (pytest.approx(traffic.CALLS), pytest.approx(traffic.CALLS * 100))
    assert sum(row["errors"] for row in frame(store, "overview", "Errors by type")) == traffic.ERRORS


@pytest.mark.parametrize("by", ["model", "service", "prompt version"])
def test_money_is_the_same_however_it_is_split(by: str, store: Store) -> None:
    """The lines of each cost panel add up to the whole."""
    hours = RANGE.interval_s / 3600
    spent = sum(row["cost"] for row in frame(store, "cost", f"Cost an hour by {by}")) * hours
    assert spent == pytest.approx(traffic.COST_TOTAL)


def test_parts_of_tokens_add_up(store: Store) -> None:
    """Cached is taken off input, reasoning off output; nothing is counted twice."""
    rows = frame(store, "cost", "Tokens by part")
    assert sum(row["input"] + row["cached"] for row in rows) == traffic.CALLS * 100
    assert sum(row["output"] + row["reasoning"] for row in rows) == traffic.CALLS * 50


def test_an_unknown_cost_is_unknown(store: Store) -> None:
    """The model without a price has no cost, comes last, and its calls are counted as unpriced."""
    rows = frame(store, "overview", "Models by cost")
    assert [row["Model"] for row in rows][-1] == traffic.UNPRICED_MODEL
    assert (rows[-1]["Cost"], rows[-1]["Unpriced"]) == (None, traffic.UNPRICED)
    users = frame(store, "cost", "Users")
    assert sum(row["Calls"] for row in users) == traffic.CALLS
    assert [row["Cost"] for row in users] == sorted((row["Cost"] for row in users), reverse=True)


def test_the_lowest_scores_come_with_what_was_answered(store: Store) -> None:
    """The answer, its model and prompt beside the judgement."""
    worst = frame(store, "quality", "Lowest scores")
    assert {row["Value"] for row in worst} == {0.0}
    assert all("on its way" in row["Answer"] and row["Prompt"] == "answer@2" for row in worst)


def test_agreement_is_corrected_for_chance(store: Store) -> None:
    """Half agree where half would by chance: kappa is 0."""
    (row,) = frame(store, "quality", "Agreement with people")
    assert (row["Pairs"], row["Agreed"], row["Kappa"]) == (traffic.CALLS // judged.HUMAN_EVERY, 0.5, 0.0)


def test_a_verdict_needs_the_window_and_the_interval(store: Store) -> None:
    """Drifted features lead; a gap carries its interval; the map tells how far beyond."""
    first = frame(store, "overview", "Drift")[0]
    assert (first["Feature"], first["Verdict"]) == ("OutputTokens", "drifted")
    (gap,) = frame(store, "fairness", "Newest gaps")
    assert (gap["Verdict"], gap["Gap"]) == ("gap", pytest.approx(0.12))
    cells = frame(store, "drift", "Features by window")
    assert max(cell["effect"] for cell in cells) == pytest.approx(0.45 / 0.2)


def test_a_click_leads_to_a_trace_with_its_words_and_scores(store: Store) -> None:
    """From an alert or a bad trace to spans, messages and judgements."""
    (alert,) = frame(store, "overview", "Alerts")
    chosen = alert["TraceId"]
    assert [s["operationName"].split()[0] for s in frame(store, "traces", "Trace", trace_id=chosen)] == [
        "agent",
        "chat",
    ]
    chat = frame(store, "traces", "Messages", trace_id=chosen)[1]
    assert (chat["Prompt"], chat["Completion"]) == ("user: Where is order 7?", "assistant: Order 7 is on its way.")
    assert {row["Score"] for row in frame(store, "traces", "Scores", trace_id=chosen)} >= {"toxicity", "refusal"}


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({"search": "order 7?"}, 1),
        ({"user": "user-3", "min_ms": "1980"}, 2),
        ({"session": "session-2"}, 12),
        ({"status": ["Error"]}, traffic.ERRORS),
        ({"search": "nothing says this"}, 0),
    ],
)
def test_traces_are_found_by_what_is_known_of_them(chosen: dict[str, Any], found: int, store: Store) -> None:
    """By text, user and duration, session, status."""
    assert len(frame(store, "traces", "Traces", **chosen)) == found


def test_choices_narrow_every_number(store: Store) -> None:
    """Service, environment, model and prompt version filter; several values of one are a sum."""

    def calls(**chosen: Any) -> float:
        return number(frame(store, "overview", "Model calls", **chosen))

    assert calls(service=["web"]) == calls(prompt_version=["answer@2"]) == traffic.CALLS / 2
    assert calls(service=["web", "batch"]) == traffic.CALLS
    assert calls(environment=["staging"]) == traffic.CALLS / 4
    assert calls(service="web", environment=["staging"]) == 0
    assert {r["series"] for r in frame(store, "cost", "Cost an hour by model", model=["gpt-4o"])} == {"gpt-4o"}


def test_choices_narrow_judgements(store: Store) -> None:
    """A score is of the service, model and prompt version of the call it judges."""
    assert number(frame(store, "quality", "Mean of the score", service=["web"])) < 0.05
    refused = number(frame(store, "safety", "Refused", model=["gpt-4o"]))
    assert refused == pytest.approx(1 / 8)
    versions = frame(store, "quality", "By prompt version", prompt_version=["answer@1"])
    assert {row["series"] for row in versions} == {"answer@1"}


def test_variables_offer_what_the_project_has(store: Store) -> None:
    """Projects, and of the chosen one its services, environments, models and prompts, nothing empty."""
    values = first_sight.choices(COMMITTED["overview"], store, RANGE, CHOSEN)
    asked = [q for q in first_sight.questions(COMMITTED["overview"], RANGE, values) if q.place == "variable"]
    assert {q.title: [next(iter(row.values())) for row in execute(store, q.sql)] for q in asked} == {
        "project": ["other", "shop"],
        "service": ["batch", "web"],
        "environment": ["production", "staging"],
        "model": sorted(traffic.MODELS),
        "prompt_version": ["answer@1", "answer@2"],
    }


def test_long_windows_read_the_rollup() -> None:
    """Golden signals and money over time never read spans, so their cost does not grow with traffic."""
    read = {
        (name, panel["title"])
        for name in ("overview", "cost")
        for panel in panels(COMMITTED[name])
        if "FROM spans" in panel["targets"][0]["rawSql"]
    }
    assert read == {
        ("overview", "Errors by type"), ("overview", "Users by cost"), ("overview", "Recent bad traces"),
        ("overview", "Scores by evaluator"), ("overview", "Toxic share"),
        ("cost", "Cached share"), ("cost", "Tokens by part"), ("cost", "Users"), ("cost", "Sessions"),
        ("cost", "Features"),
    }  # fmt: skip


def test_a_gap_that_turns_within_strata_is_told_first(store: Store) -> None:
    """The verdict, the gap with the mix held fixed and its interval, and the ratio."""
    row = frame(store, "fairness", "Gaps within strata")[0]
    assert (row["Within strata"], row["Gap"], row["Gap within strata"]) == (
        "reversed within strata",
        pytest.approx(0.12),
        -0.08,
    )
    (ratio,) = frame(store, "fairness", "Ratios")
    assert (ratio["First over second"], ratio["Interval from"]) == (pytest.approx(1.6), pytest.approx(1.4))
    drawn = frame(store, "fairness", "The gap chosen above, within strata")
    assert [row["within strata"] for row in drawn] == [-0.08] * (judged.WINDOWS // 2)
    assert frame(store, "overview", "Gaps between groups")[0]["Within strata"] == "reversed within strata"


GAPS: dict[str, tuple[bool | None, float | None, float | None, bool | None, str | None]] = {
    "no strata": (True, None, None, None, None),
    "strata too small for an interval": (True, None, None, False, None),
    "the mix explains it": (True, -0.02, 0.06, False, "the mix may explain it"),
    "it remains": (True, 0.06, 0.2, False, "remains within strata"),
    "the mix hid it": (False, 0.06, 0.2, False, "only within strata"),
    "hidden, the other way": (False, -0.2, -0.06, False, "only within strata"),
    "nothing": (False, -0.02, 0.02, False, "no clear gap"),
    "paradox": (True, -0.2, -0.06, True, "reversed within strata"),
}
"""Drifted, the interval within strata, Reversed; and what is to be said. 0.05 is tolerated."""


@pytest.fixture
def gaps(store: Store) -> None:
    end = traffic.END - timedelta(minutes=5)
    shared = {"Project": "strata", "Name": "group_gap", "Feature": "score:refusal", "EffectSize": 0.1}
    shared |= {"Threshold": 0.05, "WindowStart": traffic.START, "WindowEnd": end, "ScoredAt": end}
    for cohort, (drifted, low, high, is_reversed, _) in GAPS.items():
        within = None if low is None or high is None else (low + high) / 2
        row = {**shared, "Cohort": cohort, "Drifted": drifted, "Reversed": is_reversed}
        row |= {"WithinEffect": within, "WithinLow": low, "WithinHigh": high}
        store.insert("window_scores", [list(row.values())], list(row))


def test_what_strata_make_of_a_gap_is_said_in_words(store: Store, gaps: None) -> None:
    """And nothing is said where nobody can tell."""
    rows = frame(store, "fairness", "Gaps within strata", project="strata")
    assert {row["Cohort"]: row["Within strata"] for row in rows} == {cohort: gap[-1] for cohort, gap in GAPS.items()}
    assert number(frame(store, "fairness", "Reversed within strata", project="strata")) == 1


def test_reversals_are_unknown_where_no_gap_has_strata(store: Store) -> None:
    """Not none."""
    (row,) = frame(store, "fairness", "Reversed within strata", project="other")
    assert list(row.values()) == [None]
