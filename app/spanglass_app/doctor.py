"""Looks at a running Spanglass from outside and says, for each part, whether it is well and what to do if not."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import httpx
from prometheus_client.parser import text_string_to_metric_families

from spanglass_app import reach
from spanglass_app.settings import Settings
from spanglass_collector.errors import CollectorError, first_line
from spanglass_collector.store import Store

LOW_DISK_BYTES = 2 << 30


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    level: Literal["ok", "warn", "fail"]
    subject: str
    text: str


def examine(settings: Settings) -> list[Finding]:
    """All findings, in the order of the data path."""
    findings = [_otlp_http(settings), _otlp_grpc(settings), _disk(settings)]
    if findings[0].level == "ok":
        findings.append(_ledger(settings))
    try:
        with reach.store(settings) as store:
            findings += list(_store(store))
    except CollectorError as error:
        findings.append(Finding("fail", "store", first_line(error)))
    return findings


def _otlp_http(settings: Settings) -> Finding:
    if reach.is_running(settings.otlp_endpoint):
        return Finding("ok", "OTLP/HTTP", f"ready at {settings.otlp_endpoint}")
    return Finding("fail", "OTLP/HTTP", f"nothing is ready at {settings.otlp_endpoint}: start it with 'spanglass up'")


def _otlp_grpc(settings: Settings) -> Finding:
    address = settings.collector.otlp_grpc
    try:
        socket.create_connection((address.host, address.port), timeout=2).close()
    except OSError:
        return Finding("fail", "OTLP/gRPC", f"nothing listens on {address}")
    return Finding("ok", "OTLP/gRPC", f"listens on {address}")


def _disk(settings: Settings) -> Finding:
    path = settings.collector.data_dir
    if settings.collector.store or not path.exists():
        return Finding("ok", "disk", "no embedded store here")
    free = shutil.disk_usage(path).free
    text = f"{free / (1 << 30):.1f} GiB free under {path}"
    return Finding("ok", "disk", text) if free > LOW_DISK_BYTES else Finding("warn", "disk", f"{text}: make room")


def _ledger(settings: Settings) -> Finding:
    """received = stored + repeated + rejected + refused, up to what is in flight."""
    text = httpx.get(f"{settings.otlp_endpoint}/metrics", timeout=5).text
    totals: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name.endswith("_total"):
                totals[family.name] = totals.get(family.name, 0) + sample.value
    names = ("received", "stored", "repeated", "rejected", "refused")
    received, *parts = (int(totals.get(f"spanglass_spans_{name}", 0)) for name in names)
    told = f"{received} spans received = " + " + ".join(
        f"{value} {name}" for name, value in zip(names[1:], parts, strict=True)
    )
    missing = received - sum(parts)
    if missing:
        return Finding("warn", "loss ledger", f"{told}, {missing} in flight or unaccounted; look again in a moment")
    return Finding("ok", "loss ledger", told)


def _store(store: Store) -> Iterator[Finding]:
    checks: tuple[tuple[str, Callable[[Store], str]], ...] = (
        ("store", lambda s: f"ClickHouse {s.query('SELECT version()').result_rows[0][0]} answers"),
        ("spans", _spans),
        ("scores", _scores),
    )
    for subject, look in checks:
        yield Finding("ok", subject, look(store))
    yield _unpriced(store)


def _spans(store: Store) -> str:
    count, newest = store.query("SELECT count(), max(ReceivedAt) FROM spans").result_rows[0]
    return f"{count:,} stored, the newest received {newest:%Y-%m-%d %H:%M:%S} UTC" if count else "none stored yet"


def _scores(store: Store) -> str:
    count = store.query("SELECT count() FROM scores").result_rows[0][0]
    return f"{count:,} judgements"


def _unpriced(store: Store) -> Finding:
    rows = store.query(
        "SELECT Model FROM usage_1m WHERE Minute > now() - INTERVAL 7 DAY GROUP BY Model "
        "HAVING sum(UnpricedCalls) > 0 LIMIT 5"
    ).result_rows
    models = ", ".join(row[0] or "(no model name)" for row in rows)
    if models:
        return Finding("warn", "prices", f"no price is known for: {models}; their cost shows as unknown")
    return Finding("ok", "prices", "every model call of the last 7 days is priced")
