"""Looks at a running Spanglass from outside and says, for each part, whether it is well and what to do if not."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import httpx

from spanglass_app import ledgers, reach
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
        findings += _collector(settings)
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


def _collector(settings: Settings) -> Iterator[Finding]:
    """Its own complaint, and its books; an identity may be off by what is in flight."""
    said = httpx.get(f"{settings.otlp_endpoint}/readyz", timeout=5).text.strip()
    if "degraded" in said:
        yield Finding("warn", "delivery", f"{said}; see 'spanglass spool inspect'")
    metrics = httpx.get(f"{settings.otlp_endpoint}/metrics", timeout=5).text
    yield _identity("ledger", list(ledgers.received(metrics)), "in flight or unaccounted; look again in a moment")
    spool = list(ledgers.spooled(metrics))
    finding = _identity("spool", spool, "unaccounted: please report this")
    yield Finding("ok", "spool", "never used") if all(book.is_empty for book in spool) else finding


def _identity(subject: str, books: Sequence[ledgers.Book], advice: str) -> Finding:
    """Signals that were never seen are not worth a word, unless there are no others."""
    shown = [book for book in books if not book.is_empty] or list(books[:1])
    told = "; ".join(book.told for book in shown)
    missing = sum(abs(book.missing) for book in shown)
    return Finding("warn", subject, f"{told}, {missing} {advice}") if missing else Finding("ok", subject, told)


def _store(store: Store) -> Iterator[Finding]:
    checks: tuple[tuple[str, Callable[[Store], str]], ...] = (
        ("store", lambda s: f"ClickHouse {s.query('SELECT version()').result_rows[0][0]} answers"),
        ("spans", _spans),
        ("scores", _scores),
    )
    for subject, look in checks:
        yield Finding("ok", subject, look(store))
    yield _losses(store)
    yield _unpriced(store)


def _losses(store: Store) -> Finding:
    """What SDKs counted beside what is stored here; see the view loss_ledger."""
    rows = store.query(
        "SELECT ServiceName, Created, SampledOut, Dropped, DroppedBy, Stored, Unaccounted FROM loss_ledger "
        "ORDER BY Dropped + abs(Unaccounted) DESC LIMIT 5"
    ).result_rows
    if not rows:
        return Finding("ok", "loss ledger", "no SDK has reported its counts")
    told = "; ".join(
        f"{service}: {created:,} created = {sampled:,} sampled out + {dropped:,} dropped{_reasons(by)} + "
        f"{stored:,} stored + {missing:,} on the way or unaccounted"
        for service, created, sampled, dropped, by, stored, missing in rows
    )
    return Finding("warn" if any(row[3] for row in rows) else "ok", "loss ledger", told)


def _reasons(dropped_by: Mapping[str, int]) -> str:
    return (
        f" ({', '.join(f'{count:,} {reason}' for reason, count in sorted(dropped_by.items()))})" if dropped_by else ""
    )


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
