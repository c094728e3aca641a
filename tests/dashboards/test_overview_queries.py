"""Every query of the committed dashboard, as Grafana would send it, on the embedded store."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from spanglass_collector.background import BackgroundCollector
from spanglass_collector.store import Store
from spanglass_dashboards.macros import TimeRange, Value, expand
from tests.dashboards import traffic
from tests.dashboards.conftest import REPOSITORY
from tests.dashboards.test_deployment_files import PROVISIONING, load

RANGE = TimeRange(traffic.START, traffic.END, interval_s=300)
EVERYTHING: dict[str, Value] = {
    "project": traffic.PROJECT,
    "service": "$__all",
    "environment": "$__all",
    "model": "$__all",
    "trace_id": traffic.SOME_TRACE,
}
PANELS = [
    panel
    for panel in json.loads((REPOSITORY / "dashboards/grafana/overview.json").read_text(encoding="utf-8"))["panels"]
    if panel["type"] != "row"
]
BY_TITLE = {panel["title"]: panel for panel in PANELS}
Row = dict[str, Any]


def frame(store: Store, title: str, **chosen: Value) -> list[Row]:
    return execute(store, BY_TITLE[title]["targets"][0]["rawSql"], **chosen)


def execute(store: Store, sql: str, **chosen: Value) -> list[Row]:
    result = store.query(expand(sql, RANGE, {**EVERYTHING, **chosen}))
    return [dict(zip(result.column_names, row, strict=True)) for row in result.result_rows]


def number(rows: list[Row]) -> float:
    ((value,),) = (tuple(row.values()) for row in rows)
    return float(value)


@pytest.mark.parametrize("title", BY_TITLE)
def test_every_panel_gets_a_frame_of_its_shape(title: str, store: Store) -> None:
    """Time series have a time in range, at most one text column and finite numbers; all panels have rows."""
    rows = frame(store, title)
    assert rows
    if BY_TITLE[title]["type"] != "timeseries":
        return
    for row in rows:
        at = row.pop("time")
        assert traffic.START - timedelta(seconds=300) <= _aware(at) <= traffic.END
        texts = [value for value in row.values() if isinstance(value, str)]
        numbers = [value for value in row.values() if isinstance(value, (int, float))]
        assert len(texts) <= 1
        assert len(texts) + len(numbers) == len(row)
        assert all(value >= 0 for value in numbers)


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=traffic.START.tzinfo) if moment.tzinfo is None else moment


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Model calls", traffic.CALLS),
        ("Error rate", traffic.ERRORS / traffic.CALLS),
        ("Cost", traffic.COST_TOTAL),
        ("Unpriced calls", traffic.UNPRICED),
        ("Firing alerts", 1),
    ],
)
def test_the_numbers_are_those_of_the_traffic(title: str, expected: float, store: Store) -> None:
    """Agents, other projects and resolved alerts are not counted."""
    assert number(frame(store, title)) == pytest.approx(expected)


def test_latency_is_in_nanoseconds_and_ordered(store: Store) -> None:
    """p95 lies where the traffic put it, and quantiles never cross."""
    assert number(frame(store, "Latency p95")) == pytest.approx(1.94e9, rel=0.02)
    assert all(row["p50"] <= row["p90"] <= row["p95"] <= row["p99"] for row in frame(store, "Latency"))
    assert {row["p50"] for row in frame(store, "Time to first token")} == {300_000_000}


def test_rates_add_up_to_the_traffic(store: Store) -> None:
    """What is drawn per minute or hour, over the range, is what was sent."""
    minutes = RANGE.interval_s / 60
    assert sum(r["calls"] for r in frame(store, "Calls a minute by model")) * minutes == pytest.approx(traffic.CALLS)
    assert sum(r["input"] for r in frame(store, "Tokens a minute")) * minutes == pytest.approx(traffic.CALLS * 100)
    spent = sum(r["cost"] for r in frame(store, "Cost an hour by model")) * minutes / 60
    assert spent == pytest.approx(traffic.COST_TOTAL)
    assert sum(r["errors"] for r in frame(store, "Errors by type")) == traffic.ERRORS


def test_an_unknown_cost_is_unknown(store: Store) -> None:
    """The model without a price has no cost, comes last, and its calls are counted as unpriced."""
    rows = frame(store, "Models by cost")
    assert [row["Model"] for row in rows][-1] == traffic.UNPRICED_MODEL
    assert (rows[-1]["Cost"], rows[-1]["Unpriced"]) == (None, traffic.UNPRICED)
    assert sum(row["Cost"] or 0 for row in rows) == pytest.approx(traffic.COST_TOTAL)
    users = frame(store, "Users by cost")
    assert sum(row["Calls"] for row in users) == traffic.CALLS
    assert [row["Cost"] for row in users] == sorted((row["Cost"] for row in users), reverse=True)


def test_judgements_are_those_given(store: Store) -> None:
    """Means and shares follow the scores; failed judgements are left out."""
    scores = frame(store, "Scores by evaluator")
    assert {row["series"] for row in scores} == {"toxicity", "reference_match (quality)"}
    toxic = frame(store, "Toxic share")
    assert sum(row["share"] for row in toxic) / len(toxic) == pytest.approx(1 / traffic.TOXIC_EVERY, rel=0.2)


def test_comparisons_show_the_verdict_first(store: Store) -> None:
    """Drifted features lead; a gap carries its interval."""
    first, second = frame(store, "Drift")
    assert (first["Feature"], first["Verdict"], first["Effect"]) == ("OutputTokens", "drifted", 0.45)
    assert second["Verdict"] == "steady"
    (gap,) = frame(store, "Gaps between groups")
    assert (gap["Verdict"], gap["Interval from"], gap["Interval to"]) == ("gap", 0.05, 0.19)


def test_alerts_and_bad_traces_name_a_trace_that_opens(store: Store) -> None:
    """A click from either table leads to a trace with its spans."""
    (alert,) = frame(store, "Alerts")
    assert alert["TraceId"] == traffic.SOME_TRACE
    bad = frame(store, "Recent bad traces")
    assert len(bad) == 50
    assert [row["Time"] for row in bad] == sorted((row["Time"] for row in bad), reverse=True)
    spans = frame(store, "Trace", trace_id=bad[0]["TraceId"])
    assert [span["operationName"].split()[0] for span in spans] == ["agent", "chat"]


def test_choices_narrow_every_number(store: Store) -> None:
    """Service, environment and model filter, alone and together; several values of one are a sum."""
    assert number(frame(store, "Model calls", service=["web"])) == traffic.CALLS / 2
    assert number(frame(store, "Model calls", service=["web", "batch"])) == traffic.CALLS
    assert number(frame(store, "Model calls", environment=["staging"])) == traffic.CALLS / 4
    assert number(frame(store, "Model calls", service="web", environment=["staging"])) == 0
    assert {r["series"] for r in frame(store, "Calls a minute by model", model=["gpt-4o"])} == {"gpt-4o"}
    assert sum(r["Calls"] for r in frame(store, "Users by cost", model=["gpt-4o"])) == traffic.CALLS / 3


def test_variables_offer_what_the_project_has(store: Store, overview: dict[str, Any]) -> None:
    """Projects, and of the chosen one its services, environments and models, nothing empty."""
    queries = {v["name"]: v["query"]["rawSql"] for v in overview["templating"]["list"] if v["type"] == "query"}
    offered = {name: [next(iter(row.values())) for row in execute(store, sql)] for name, sql in queries.items()}
    assert offered == {
        "project": ["other", "shop"],
        "service": ["batch", "web"],
        "environment": ["production", "staging"],
        "model": sorted(traffic.MODELS),
    }


def test_long_windows_read_the_rollup(store: Store) -> None:
    """Signals, traffic and cost by model never read spans, so their cost does not grow with traffic."""
    titles = [
        "Model calls", "Error rate", "Latency p95", "Cost", "Unpriced calls", "Calls a minute by model",
        "Latency", "Time to first token", "Tokens a minute", "Cost an hour by model", "Models by cost",
    ]  # fmt: skip
    for title in titles:
        assert "FROM usage_1m" in BY_TITLE[title]["targets"][0]["rawSql"], title
        assert "FROM spans" not in BY_TITLE[title]["targets"][0]["rawSql"], title


def test_the_plugin_opens_a_trace_from_the_exporters_view(store: Store) -> None:
    """The single-trace query of the Grafana plugin's OTel mode, on otel_traces and its time lookup."""
    wanted = traffic.SOME_TRACE
    rows = execute(store, PLUGIN_TRACE.format(id=wanted))
    agent, chat = rows
    assert [agent["parentSpanID"], chat["parentSpanID"]] == ["", agent["spanID"]]
    assert chat["startTime"] == pytest.approx(traffic.time_of(7).timestamp() * 1000, abs=1)
    assert chat["duration"] == pytest.approx(1070)
    assert chat["tags"] == [{"key": "gen_ai.request.model", "value": "claude-sonnet-4"}]
    assert chat["statusCode"] == 0


PLUGIN_TRACE = """
WITH '{id}' AS __gf_trace_id,
(SELECT min(Start) FROM otel_traces_trace_id_ts WHERE TraceId = __gf_trace_id) AS __gf_trace_start,
(SELECT max(End) + 1 FROM otel_traces_trace_id_ts WHERE TraceId = __gf_trace_id) AS __gf_trace_end
SELECT "TraceId" AS traceID, "SpanId" AS spanID, "ParentSpanId" AS parentSpanID, "ServiceName" AS serviceName,
       "SpanName" AS operationName, multiply(toUnixTimestamp64Nano("Timestamp"), 0.000001) AS startTime,
       multiply("Duration", 0.000001) AS duration,
       arrayMap(key -> map('key', key, 'value', "SpanAttributes"[key]), mapKeys("SpanAttributes")) AS tags,
       arrayMap(key -> map('key', key, 'value', "ResourceAttributes"[key]), mapKeys("ResourceAttributes"))
           AS serviceTags,
       if("StatusCode" IN ('Error', 'STATUS_CODE_ERROR'), 2, 0) AS statusCode,
       arrayMap((name, timestamp, attributes) ->
           tuple(name, toString(toUnixTimestamp64Milli(timestamp)),
                 arrayMap(key -> map('key', key, 'value', attributes[key]), mapKeys(attributes))
           )::Tuple(name String, timestamp String, fields Array(Map(String, String))),
           `Events.Name`, `Events.Timestamp`, `Events.Attributes`) AS logs,
       arrayMap((traceID, spanID, attributes) ->
           tuple(traceID, spanID,
                 arrayMap(key -> map('key', key, 'value', attributes[key]), mapKeys(attributes))
           )::Tuple(traceID String, spanID String, tags Array(Map(String, String))),
           `Links.TraceId`, `Links.SpanId`, `Links.Attributes`) AS references,
       "SpanKind" AS kind, "StatusMessage" AS statusMessage, "TraceState" AS traceState
FROM otel_traces
WHERE traceID = __gf_trace_id AND "Timestamp" >= __gf_trace_start AND "Timestamp" <= __gf_trace_end
ORDER BY startTime
"""


def ask_as_grafana(collector: BackgroundCollector, sql: str) -> httpx.Response:
    """As clickhouse-go does, with the settings of the provisioned datasource."""
    (source,) = load(PROVISIONING / "datasources/spanglass.yaml")["datasources"]
    settings = {item["setting"]: item["value"] for item in source["jsonData"]["customSettings"]}
    query = {"database": "shared", "default_format": "Native", "max_execution_time": "60", **settings}
    user = (source["jsonData"]["username"], "")
    return httpx.post(f"http://{collector.endpoints.sql}/", params=query, content=sql, auth=user)


@pytest.mark.parametrize("title", BY_TITLE)
def test_grafana_may_ask_the_sql_endpoint(title: str, shared_collector: BackgroundCollector) -> None:
    """The running collector's endpoint refuses a reader none of the panels."""
    sql = expand(BY_TITLE[title]["targets"][0]["rawSql"], RANGE, EVERYTHING)
    answer = ask_as_grafana(shared_collector, sql)
    assert answer.status_code == 200, answer.text


def test_a_trace_that_is_not_there_is_an_empty_frame(shared_collector: BackgroundCollector) -> None:
    """The plugin asks for a trace nobody has: columns without rows, no error."""
    answer = ask_as_grafana(shared_collector, PLUGIN_TRACE.format(id="none"))
    assert answer.status_code == 200, answer.text
    assert b"traceID" in answer.content
