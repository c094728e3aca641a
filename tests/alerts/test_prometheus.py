"""/metrics of the collector, the evaluators and the alerts: promtool finds nothing, a real Prometheus scrapes them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from spanglass_app.metrics_page import served
from spanglass_collector.alerts.deliver import Tally
from spanglass_collector.alerts.evaluate import Evaluation
from spanglass_collector.alerts.export.__main__ import REPOSITORY
from spanglass_collector.alerts.meters import MOST_SERIES, AlertMeters
from spanglass_collector.alerts.observe import RuleFailure, Sample
from spanglass_collector.alerts.outbox import Backlog
from spanglass_collector.background import BackgroundCollector
from spanglass_collector.config import Address
from spanglass_evaluators.engine.progress import Progress
from spanglass_evaluators.meters import EvaluatorMeters
from tests.alerts.programs import free_port, program, running, wait_until
from tests.otlp_samples import make_request, make_span

ANYWHERE = Address("127.0.0.1", 0)


def evaluator_registry() -> CollectorRegistry:
    """As after a round in which one evaluator judged and another could not."""
    meters = EvaluatorMeters()
    meters.observe_batch("toxicity", 0.2, "ab" * 16)
    done = [Progress("toxicity", scored=10, failed=1, outstanding=12), Progress("broken", error="no column")]
    meters.show_round(done, [Progress("drift", scored=3)], 1_772_366_400.0)
    return meters.registry


def alert_registry() -> CollectorRegistry:
    """As after a pass with a value, a failure, and a channel that was away."""
    meters = AlertMeters()
    found = Evaluation(failures=[RuleFailure("broken", "shop", "no such column")])
    found.samples["llm-error-rate"] = [Sample({"ServiceName": "chat"}, 0.5)]
    meters.show("shop", found)
    meters.show_backlogs([Backlog("pager", 2, 1, 30)])
    meters.show_rates(1.5, 2000.0, 300.0)
    meters.show_open([])
    meters.count("pager", Tally(delivered=1, dead=1))
    meters.passes.observe(0.1)
    meters.evaluated.set_to_current_time()
    return meters.registry


@pytest.fixture(scope="module")
def targets(shared_collector: BackgroundCollector) -> Iterator[dict[str, str]]:
    """Addresses by scrape job; the collector has taken a request."""
    otlp = shared_collector.endpoints.otlp_http
    request = make_request([make_span()]).SerializeToString()
    headers = {"content-type": "application/x-protobuf"}
    assert httpx.post(f"http://{otlp}/v1/traces", content=request, headers=headers).status_code == 200
    with ExitStack() as stack:
        evaluators = stack.enter_context(served(evaluator_registry(), ANYWHERE))
        alerts = stack.enter_context(served(alert_registry(), ANYWHERE))
        yield {
            "spanglass-collector": str(otlp),
            "spanglass-evaluators": str(evaluators),
            "spanglass-alerts": str(alerts),
        }


@pytest.mark.parametrize("job", ["spanglass-collector", "spanglass-evaluators", "spanglass-alerts"])
def test_promtool_finds_nothing_to_say(job: str, targets: dict[str, str]) -> None:
    """Names, units, help and types are in Prometheus' conventions."""
    promtool = program("promtool")
    page = httpx.get(f"http://{targets[job]}/metrics").text
    done = subprocess.run([promtool, "check", "metrics"], input=page, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    assert page.count("# HELP") >= 6


def test_openmetrics_carries_traces(targets: dict[str, str]) -> None:
    """Asked for OpenMetrics, request and batch times come with a trace id that can be opened."""
    accept = {"accept": "application/openmetrics-text; version=1.0.0"}
    for job, name in (("spanglass-collector", "spanglass_request_seconds"),
                      ("spanglass-evaluators", "spanglass_evaluator_batch_seconds")):  # fmt: skip
        answer = httpx.get(f"http://{targets[job]}/metrics", headers=accept)
        assert answer.headers["content-type"].startswith("application/openmetrics-text")
        families = {family.name: family for family in text_string_to_metric_families(answer.text)}
        shown = [sample.exemplar.labels for sample in families[name].samples if sample.exemplar]
        assert shown
        assert all(len(labels["trace_id"]) == 32 for labels in shown)


def test_a_real_prometheus_scrapes_all_of_it(targets: dict[str, str], tmp_path: Path) -> None:
    """With the ready configuration, its targets apart: every job is up, exemplars are kept, our rules are healthy."""
    command, port = program("prometheus"), free_port()
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(configuration(targets, tmp_path)))
    arguments = [
        f"--config.file={tmp_path / 'prometheus.yml'}", f"--storage.tsdb.path={tmp_path / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}", "--enable-feature=exemplar-storage",
    ]  # fmt: skip
    url, log = f"http://127.0.0.1:{port}", tmp_path / "log"
    with running([command, *arguments], f"{url}/-/ready", log):
        assert wait_until(lambda: series(url, 'up{job=~"spanglass.*"} == 1') == 3, log.read_text)
        for scaled_by in (
            "spanglass_requests_in_flight",
            'spanglass_tokens_per_second{direction="input"} > 0',
            "spanglass_evaluator_outstanding_spans == 12",
        ):
            assert wait_until(lambda query=scaled_by: series(url, query), log.read_text) == 1
        asked = {"query": "spanglass_request_seconds_bucket", "start": "0", "end": "9999999999"}
        assert wait_until(lambda: httpx.get(f"{url}/api/v1/query_exemplars", params=asked).json()["data"])
        firing = wait_until(lambda: series(url, 'ALERTS{alertname="llm-error-rate"}'), log.read_text)
        assert firing == 1
        groups = httpx.get(f"{url}/api/v1/rules").json()["data"]["groups"]
        health = {rule["name"]: rule["health"] for group in groups for rule in group["rules"]}
        assert set(health.values()) == {"ok"}


def configuration(targets: dict[str, str], own: Path) -> dict[str, Any]:
    """The ready configuration with this test's addresses, ten times a second."""
    folder = REPOSITORY / "deploy/prometheus"
    ready = yaml.safe_load((folder / "prometheus.yml").read_text(encoding="utf-8"))
    ready["global"] = {"scrape_interval": "100ms", "scrape_timeout": "100ms", "evaluation_interval": "100ms"}
    for job in ready["scrape_configs"]:
        job["static_configs"] = [{"targets": [targets[job["job_name"]]]}]
    rules = (folder / ready["rule_files"][0]).read_text(encoding="utf-8")
    (own / "rules.yml").write_text(rules.replace("interval: 30s", "interval: 100ms"), encoding="utf-8")
    ready["rule_files"] = [str(own / "rules.yml")]
    return dict(ready)


def series(url: str, query: str) -> int:
    return len(httpx.get(f"{url}/api/v1/query", params={"query": query}).json()["data"]["result"])


def test_a_rule_of_many_instances_shows_few() -> None:
    """Cardinality is bounded, what is left out is counted, and what is gone disappears."""
    meters = AlertMeters()
    many = Evaluation(samples={"r": [Sample({"UserId": str(i)}, 1.0) for i in range(MOST_SERIES + 20)]})
    meters.show("shop", many)
    values, left_out = meters.values.collect()
    assert len(values.samples) == MOST_SERIES
    assert left_out.samples[0].value == 20
    meters.show("shop", Evaluation(samples={"r": []}))
    values, left_out = meters.values.collect()
    assert values.samples == []
    assert left_out.samples[0].value == 0


def test_a_taken_port_costs_the_metrics_alone() -> None:
    """The process goes on without; somebody else's server is left alone."""
    with served(CollectorRegistry(), ANYWHERE) as first:
        assert first is not None
        with served(CollectorRegistry(), first) as second:
            assert second is None
    with served(CollectorRegistry(), None) as off:
        assert off is None
