"""Does the whole chain reproduce a published drift? GPT-3.5 and GPT-4, March against June 2023.

Replays the real answers of LLMDrift (Chen, Zaharia, Zou: arXiv 2307.09009) through the SDK, OTLP, the collector,
ClickHouse and the evaluators. Accuracies are then read from the `scores` table alone and printed beside the published
figures, with the drift statistics and the page that a local PagerDuty-shaped receiver got.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

import spanglass
from spanglass_collector import alerts
from spanglass_collector.alerts.channels import open_channels
from spanglass_collector.alerts.testing import PagerDutyReceiver
from spanglass_collector.background import BackgroundCollector
from spanglass_collector.config import Address, CollectorConfig
from spanglass_collector.store import Store, open_store
from spanglass_evaluators import config as evaluation
from spanglass_evaluators import process

ANYWHERE = Address("127.0.0.1", 0)
MATCH = {"prime_full": "yes_no", "opinionqa": "option_response", "leetcode_easy": "accepted"}
"""Data set (the file's name) -> the rule by which its answers are judged (quality/matching.py)."""
VERSIONS = {"gpt-4": ("gpt-4-0314", "gpt-4-0613"), "gpt-3.5-turbo": ("gpt-3.5-turbo-0301", "gpt-3.5-turbo-0613")}
FLUSH_EVERY = 2000
ROUTING_KEY = "LLM_DRIFT_ROUTING_KEY"
console = Console(width=None if sys.stdout.isatty() else 150)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--data", type=Path, default=Path("../shared/data"))
    folder = arguments.parse_args().data / "llmdrift"
    if not folder.is_dir():
        console.print(f"skipped: {folder} is not there; name the folder that holds llmdrift/ with --data")
        return 0
    os.environ.setdefault(ROUTING_KEY, "llmdrift" * 4)
    with tempfile.TemporaryDirectory() as data_dir, PagerDutyReceiver() as pagerduty:
        config = CollectorConfig(data_dir=Path(data_dir), otlp_http=ANYWHERE, otlp_grpc=ANYWHERE, sql=ANYWHERE)
        with BackgroundCollector(config) as collector, open_store(collector.endpoints.store_url) as store:
            started_ns = time.time_ns()
            send(folder, f"http://{collector.endpoints.otlp_http}")
            judge(collector.endpoints.store_url, pagerduty.url, store, started_ns)
            is_reproduced = compare(store, folder)
            show_drift(store)
            show_page(pagerduty)
    return 0 if is_reproduced and pagerduty.events else 1


def answers(folder: Path) -> Iterator[dict[str, Any]]:
    for name in MATCH:
        with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
            yield from ({**json.loads(line), "dataset": name} for line in file)


def send(folder: Path, endpoint: str) -> None:
    """Each answer is a traced call; what it was and how to judge it travels as metadata."""
    spanglass.init(endpoint=endpoint, service="llmdrift", release="2023")
    total = 0
    for answer in track(list(answers(folder)), "replaying through the SDK", console=console, transient=True):
        call(answer)
        total += 1
        if total % FLUSH_EVERY == 0:
            spanglass.flush(60)
    delivered = spanglass.flush(60)
    stats = spanglass.stats()
    spanglass.shutdown()
    console.print(
        f"{total} answers traced, {stats.exported} spans exported, dropped {stats.dropped or 0}, complete: {delivered}"
    )


def call(answer: dict[str, Any]) -> None:
    reference = {"reference": answer["ref_answer"]} if isinstance(answer["ref_answer"], str) else {}
    submitted = {"code_submit": str(answer["Code_Submit"])} if "Code_Submit" in answer else {}
    metadata = {"dataset": answer["dataset"], "match": MATCH[answer["dataset"]], **reference, **submitted}
    session = f"{answer['dataset']} {answer['model']}"
    with spanglass.context(session=session, metadata=metadata), spanglass.span(answer["dataset"], kind="llm") as span:
        span.update(
            model=answer["model"],
            provider="openai",
            input_messages=[{"role": "user", "content": answer["query"]}],
            output_messages=[{"role": "assistant", "content": answer["answer"]}],
            output_tokens=int(answer["answer_token"]),
            cost_usd=float(answer["cost"]),
        )


def settings(pagerduty_url: str, started_ns: int) -> dict[str, Any]:
    """As a spanglass.toml would say it: one drift comparison a dataset and model family, one alert rule."""
    since = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(started_ns // 10**9))}Z"
    until = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(time.time() + 1))}Z"
    return {
        "evaluators": {"toxicity": {"enabled": False}},
        "drift": [
            {
                "label": f"{dataset} {family} June against March",
                "where": f"SpanAttributes['spanglass.metadata.dataset'] = '{dataset}'",
                "features": ["score:reference_match", "score:refusal", "OutputTokens", "CostUsd", "output_text"],
                "current": {"start": since, "end": until, "where": f"RequestModel = '{june}'"},
                "reference": {"where": f"RequestModel = '{march}'"},
            }
            for dataset in MATCH
            for family, (march, june) in VERSIONS.items()
        ],
        "alerts": {
            "default_rules": False,
            "rules": [
                {"name": "accuracy-drift", "kind": "drift", "features": ["score:reference_match"], "min_effect": 0.2}
            ],
            "channels": {"on-call": {"kind": "pagerduty", "routing_key_env": ROUTING_KEY, "url": pagerduty_url}},
        },
    }


def judge(store_url: str, pagerduty_url: str, store: Store, started_ns: int) -> None:
    chosen = settings(pagerduty_url, started_ns)
    started = time.perf_counter()
    done = process.run(store_url, evaluation.from_mapping(chosen), once=True)
    scored = sum(step.scored for step in done.spans.values())
    for step in [*done.spans.values(), *done.windows]:
        if step.error:
            raise RuntimeError(f"{step.evaluator}: {step.error}")
    console.print(
        f"{scored} judgements and {len(done.windows)} window comparisons in {time.perf_counter() - started:.1f} s\n"
    )
    config = alerts.from_mapping(chosen)
    alerts.run_once(store, config.rules, open_channels(config.channels, os.environ))


def compare(store: Store, folder: Path) -> bool:
    """Measured from `scores` alone: the session id names data set and model. True when every figure agrees."""
    rows = store.query(
        "SELECT SessionId, avg(Value), count() FROM scores "
        "WHERE Name = 'reference_match' AND Error = '' GROUP BY SessionId"
    ).result_rows
    measured = {session: (mean, n) for session, mean, n in rows}
    table = Table(title="Accuracy from the scores table, and as published", title_justify="left")
    for column in ("data set", "model", "n", "measured", "published", "agrees"):
        table.add_column(column, justify="right" if column in ("n", "measured", "published") else "left")
    agree = True
    for dataset, model, value, tolerance in published(folder):
        mean, n = measured[f"{dataset} {model}"]
        right = abs(mean - value) <= tolerance
        agree &= right
        table.add_row(dataset, model, str(n), f"{mean:.3f}", f"{value:.3f}", "yes" if right else "[red]NO[/]")
    console.print(table)
    return agree


def published(folder: Path) -> Iterator[tuple[str, str, float, float]]:
    for entry in json.loads((folder.parent / "published.json").read_text(encoding="utf-8")):
        if entry["dataset"] == "llmdrift":
            name, _, model = entry["subset"].partition(", ")
            yield name.lower(), model, entry["value"], entry["tolerance"]


def show_drift(store: Store) -> None:
    rows = store.query(
        "SELECT Cohort, Feature, Method, EffectSize, EffectLow, EffectHigh, AdjustedPValue, Drifted, N, ReferenceN, "
        "Error FROM window_scores WHERE Name = 'drift' ORDER BY Cohort, Feature"
    ).result_rows
    table = Table(title="Drift statistics (window_scores)", title_justify="left")
    for column in ("comparison", "feature", "method", "effect", "interval", "p adjusted", "n / reference", "verdict"):
        table.add_column(column)
    for cohort, feature, method, effect, low, high, p, drifted, n, reference_n, error in rows:
        verdict = error or {None: "too little data", True: "[red]drifted[/]", False: "steady"}[drifted]
        interval = "-" if low is None else f"{low:+.3f} .. {high:+.3f}"
        numbers = ["-" if value is None else f"{value:.3g}" for value in (effect, p)]
        table.add_row(cohort, feature, method, numbers[0], interval, numbers[1], f"{n} / {reference_n}", verdict)
    console.print(table)


def show_page(pagerduty: PagerDutyReceiver) -> None:
    console.print("[bold]Delivered to the PagerDuty-shaped receiver[/]")
    for event in pagerduty.events:
        payload = event["payload"]
        console.print(f"  {event['event_action']} [{payload['severity']}] {payload['summary']}", markup=False)
        console.print(f"    dedup_key {event['dedup_key']}", markup=False)


if __name__ == "__main__":
    sys.exit(main())
