"""The demo from start to end: collect, judge, alert, report."""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console

import spanglass
from spanglass_app.cli.evaluate import progress_bars
from spanglass_app.conversations.importer import Importer
from spanglass_app.demo import assistant
from spanglass_app.demo.panels import panel_table
from spanglass_app.demo.story import conversations
from spanglass_app.reports.tables import report
from spanglass_app.settings import Settings, load
from spanglass_app.workers import run_alerts, run_evaluators
from spanglass_collector import alerts
from spanglass_collector.alerts.channels import open_channels
from spanglass_collector.alerts.testing import PagerDutyReceiver
from spanglass_collector.background import BackgroundCollector
from spanglass_collector.config import Address
from spanglass_collector.errors import ConfigurationError
from spanglass_collector.service import Endpoints
from spanglass_collector.store import Store, open_store

ROUTING_KEY = "SPANGLASS_DEMO_ROUTING_KEY"
PROJECT = "default"


def run_demo(settings: Settings, console: Console, keep: Callable[[Endpoints], None] | None = None) -> None:
    """Raises ConfigurationError or StoreError. `keep` is called at the end, while everything still runs."""
    os.environ.setdefault(ROUTING_KEY, "demo" * 8)
    with PagerDutyReceiver() as pagerduty, _collector(settings) as background:
        ends = background.endpoints
        chosen = _demo_settings(settings, ends, pagerduty.url)
        with open_store(ends.store_url) as store, tempfile.TemporaryDirectory() as folder:
            _collect(console, chosen, ends, store, Path(folder))
            _judge(console, chosen)
            _alert(console, chosen, store, pagerduty)
            _report(console, store)
        _next_steps(console, ends, stays=keep is not None)
        if keep:
            _stay(chosen, ends, keep)


@contextlib.contextmanager
def _collector(settings: Settings) -> Iterator[BackgroundCollector]:
    """On the usual ports, or on free ones when another program has those."""
    settings.collector.check()
    try:
        background = BackgroundCollector(settings.collector)
        background.__enter__()
    except ConfigurationError:
        anywhere = Address("127.0.0.1", 0)
        config = replace(settings.collector, otlp_http=anywhere, otlp_grpc=anywhere, sql=anywhere)
        background = BackgroundCollector(config)
        background.__enter__()
    try:
        yield background
    finally:
        background.__exit__()


def _demo_settings(settings: Settings, ends: Endpoints, pagerduty_url: str) -> Settings:
    file: Any = load(config=Path(str(files(__package__).joinpath("spanglass.toml"))), environ={}).file
    file["alerts"]["channels"]["on-call"]["url"] = pagerduty_url
    return Settings(replace(settings.collector, store=ends.store_url), file)


def _collect(console: Console, settings: Settings, ends: Endpoints, store: Store, folder: Path) -> None:
    console.rule("[bold]1. Traffic")
    path = folder / "larkspur.jsonl"
    path.write_bytes(b"\n".join(orjson.dumps(line) for line in conversations(time.time() - 60)))
    done = Importer(f"http://{ends.otlp_http}", store, project=PROJECT, api_key=settings.local_key).run(path)
    console.print(f"imported {done.stored} recorded conversations of the last two hours (spanglass import)")
    spanglass.init(endpoint=f"http://{ends.otlp_http}", service="larkspur-assistant", environment="demo")
    whose = "your model" if assistant.uses_remote_model() else "a built-in stand-in model"
    talked = assistant.talk()
    spanglass.flush()
    spans = store.query("SELECT count() FROM spans").result_rows[0][0]
    console.print(f"asked {talked} live questions to {whose} through @trace; {spans} spans stored\n")


def _judge(console: Console, settings: Settings) -> None:
    console.rule("[bold]2. Judgement")
    with progress_bars() as on_progress:
        done = run_evaluators(settings, threading.Event(), once=True, on_progress=on_progress)
    for step in [*done.spans.values(), *done.windows]:
        failed = f", {step.failed} could not be judged" if step.failed else ""
        console.print(f"{step.evaluator}: {step.scored} judgements{failed}{'  ' + step.error}", highlight=False)
    console.print()


def _alert(console: Console, settings: Settings, store: Store, pagerduty: PagerDutyReceiver) -> None:
    console.rule("[bold]3. Alerts")
    config = alerts.from_mapping(settings.file)
    channels = open_channels(config.channels, os.environ)
    alerts.run_once(store, config.rules, channels, project=PROJECT)
    for event in pagerduty.events:
        payload = event["payload"]
        console.print(
            f"delivered to PagerDuty (a local receiver) [{payload['severity']}]: {payload['summary']}", markup=False
        )
    if not pagerduty.events:
        raise RuntimeError("the demo's alerts did not reach the receiver")
    console.print()


def _report(console: Console, store: Store) -> None:
    console.rule("[bold]4. Report (spanglass report)")
    now = datetime.now(timezone.utc)
    console.print(report(store, PROJECT, now - timedelta(hours=3)))
    console.print(panel_table(store, now))


def _next_steps(console: Console, ends: Endpoints, *, stays: bool) -> None:
    console.rule("[bold]What next")
    if stays:
        console.print(f"query   curl 'http://{ends.sql}/?query=SELECT+Kind,count()+FROM+spans+GROUP+BY+Kind'")
        console.print(f"send    OTEL_EXPORTER_OTLP_ENDPOINT=http://{ends.otlp_http} python your_app.py")
        console.print("stop    Ctrl-C")
    else:
        console.print("keep it running   make demo KEEP=1   (or: spanglass demo --keep)")
        console.print("your own traffic  spanglass up, then python examples/quickstart.py, then spanglass report")
    console.print("Grafana           spanglass dashboards export DIR, or docker compose up; see docs/dashboards.md")


def _stay(settings: Settings, ends: Endpoints, keep: Callable[[Endpoints], None]) -> None:
    stop = threading.Event()
    workers = [
        threading.Thread(target=run_evaluators, args=(settings, stop), daemon=True),
        threading.Thread(target=run_alerts, args=(settings, stop), daemon=True),
    ]
    for worker in workers:
        worker.start()
    keep(ends)
    stop.set()
    for worker in workers:
        worker.join(10)
