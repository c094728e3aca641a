"""What Grafana's plugin asks the running SQL endpoint, in the plugin's own words."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from spanglass_collector.background import BackgroundCollector
from spanglass_collector.store import Store, open_store
from spanglass_dashboards import first_sight
from tests.dashboards import traffic
from tests.dashboards.asking import RANGE, execute
from tests.dashboards.conftest import COMMITTED
from tests.dashboards.test_provisioning import PROVISIONING, load

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


def test_the_plugin_opens_a_trace_from_the_exporters_view(store: Store) -> None:
    """The single-trace query of the Grafana plugin's OTel mode, on otel_traces and its time lookup."""
    rows = execute(store, PLUGIN_TRACE.format(id=traffic.SOME_TRACE))
    agent, chat = rows
    assert [agent["parentSpanID"], chat["parentSpanID"]] == ["", agent["spanID"]]
    assert chat["startTime"] == pytest.approx(traffic.time_of(7).timestamp() * 1000, abs=1)
    assert chat["duration"] == pytest.approx(1070)
    assert {"key": "gen_ai.request.model", "value": "claude-sonnet-4"} in chat["tags"]
    assert chat["statusCode"] == 0


def ask_as_grafana(collector: BackgroundCollector, sql: str) -> httpx.Response:
    """As clickhouse-go does, with the settings of the provisioned datasource."""
    (source,) = load(PROVISIONING / "datasources/spanglass.yaml")["datasources"]
    settings = {item["setting"]: item["value"] for item in source["jsonData"]["customSettings"]}
    query = {"database": "shared", "default_format": "Native", "max_execution_time": "60", **settings}
    user = (source["jsonData"]["username"], "")
    return httpx.post(f"http://{collector.endpoints.sql}/", params=query, content=sql, auth=user)


@pytest.mark.parametrize("name", COMMITTED)
def test_grafana_may_ask_the_sql_endpoint(name: str, shared_collector: BackgroundCollector) -> None:
    """The running collector's endpoint refuses a reader no panel, annotation or variable."""
    dashboard: Any = COMMITTED[name]
    with open_store(shared_collector.endpoints.store_url) as opened:
        values = first_sight.choices(dashboard, opened, RANGE)
    for question in first_sight.questions(dashboard, RANGE, values):
        answer = ask_as_grafana(shared_collector, question.sql)
        assert answer.status_code == 200, f"{question.title}: {answer.text}"


def test_a_trace_that_is_not_there_is_an_empty_frame(shared_collector: BackgroundCollector) -> None:
    """The plugin asks for a trace nobody has: columns without rows, no error."""
    answer = ask_as_grafana(shared_collector, PLUGIN_TRACE.format(id="none"))
    assert answer.status_code == 200, answer.text
    assert b"traceID" in answer.content
