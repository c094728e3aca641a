"""Runs the alerts: one thread evaluates, one thread a channel sends: no channel can hold up a rule."""

from __future__ import annotations

import logging
import os
import random
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from importlib.resources import files

from spanglass_collector.alerts.channels import open_channels
from spanglass_collector.alerts.channels.contract import Channel
from spanglass_collector.alerts.deliver import Clock, Tally, deliver
from spanglass_collector.alerts.evaluate import Pass, evaluate
from spanglass_collector.alerts.observe import RuleFailure
from spanglass_collector.alerts.rules import AlertConfig, Rule
from spanglass_collector.errors import StoreError
from spanglass_collector.store import Store, StoreUrl, open_store

_LOG = logging.getLogger(__name__)
_SEND_INTERVAL_S = 1.0
# Nothing a rule's longest usual window could still see lies further back.
_ACTIVE_FOR = timedelta(days=8)
_PROJECTS = files(__package__).joinpath("queries/projects.sql").read_text()


@dataclass(slots=True)
class PassReport:
    """What one pass did: alerts that began or ended, rules that could not be asked, messages by what became
    of them.
    """

    triggered: int = 0
    resolved: int = 0
    failures: list[RuleFailure] = field(default_factory=list)
    messages: Tally = field(default_factory=Tally)


def utc_now() -> datetime:
    return datetime.now(timezone.utc)


def run_once(
    store: Store,
    rules: Sequence[Rule],
    channels: Mapping[str, Channel],
    clock: Clock = utc_now,
    *,
    project: str | None = None,
    trace_url: str = "",
) -> PassReport:
    """Evaluate all rules, then send what is due. `project` None: every project with recent data. Raises
    StoreError.
    """
    report = evaluate_once(store, rules, list(channels), clock, project=project, trace_url=trace_url)
    for name, channel in channels.items():
        report.messages += deliver(store, name, channel, clock, jitter=random.random)
    return report


def evaluate_once(
    store: Store,
    rules: Sequence[Rule],
    channel_names: Sequence[str],
    clock: Clock,
    *,
    project: str | None = None,
    trace_url: str = "",
) -> PassReport:
    """The first half of `run_once`: rules are asked, states and messages written, nothing sent."""
    report = PassReport()
    now = _whole_ms(clock())
    for name in [project] if project is not None else _projects(store, now):
        found = evaluate(store, rules, channel_names, Pass(name, now, trace_url))
        report.triggered += found.count("trigger")
        report.resolved += found.count("resolve")
        report.failures += found.failures
    return report


def run(
    store_url: StoreUrl | str,
    config: AlertConfig,
    stop: threading.Event,
    interval_s: float | None = None,
    *,
    environ: Mapping[str, str] | None = None,
) -> None:
    """Until `stop` is set. A store that is away is asked again at the next interval; what is due waits in
    the outbox.

    Raises ConfigurationError at once when a channel cannot be set up.
    """
    channels = open_channels(config.channels, os.environ if environ is None else environ)
    senders = [_sender(store_url, name, channel, stop) for name, channel in channels.items()]
    for sender in senders:
        sender.start()
    names = list(channels)

    def once(store: Store) -> None:
        report = evaluate_once(store, config.rules, names, utc_now, trace_url=config.trace_url)
        _log(report)

    _repeat(store_url, once, stop, interval_s or config.interval_s)
    for sender in senders:
        sender.join()


def _sender(store_url: StoreUrl | str, name: str, channel: Channel, stop: threading.Event) -> threading.Thread:
    def once(store: Store) -> None:
        deliver(store, name, channel, utc_now, jitter=random.random)

    return threading.Thread(
        target=_repeat, args=(store_url, once, stop, _SEND_INTERVAL_S), name=f"alerts-{name}", daemon=True
    )


def _repeat(store_url: StoreUrl | str, once: Callable[[Store], None], stop: threading.Event, interval_s: float) -> None:
    """Call `once` every interval with a connection that is opened again after it failed."""
    store: Store | None = None
    complained = False
    while not stop.is_set():
        try:
            store = store or open_store(store_url)
            once(store)
            complained = False
        except StoreError as error:
            if not complained:
                _LOG.warning("alerts wait for the store: %s", error)
            complained = True
            _close(store)
            store = None
        stop.wait(interval_s)
    _close(store)


def _close(store: Store | None) -> None:
    if store is not None:
        store.close()


def _projects(store: Store, now: datetime) -> list[str]:
    since_ms = round((now - _ACTIVE_FOR).timestamp() * 1000)
    return [row[0] for row in store.query(_PROJECTS, {"since_ms": since_ms}).result_rows]


def _whole_ms(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _log(report: PassReport) -> None:
    if report.triggered or report.resolved:
        _LOG.info("alerts: %d began, %d ended", report.triggered, report.resolved)
    for failure in report.failures:
        _LOG.warning("alert rule %s could not be asked: %s", failure.rule, failure.reason)
