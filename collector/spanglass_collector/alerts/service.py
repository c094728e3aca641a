"""Runs the alerts: one thread evaluates, one thread a channel sends: no channel can hold up a rule."""

from __future__ import annotations

import logging
import os
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from importlib.resources import files

from spanglass_collector.alerts import outbox, records
from spanglass_collector.alerts.channels import destinations_of, open_channels
from spanglass_collector.alerts.channels.contract import Channel
from spanglass_collector.alerts.deliver import Clock, Tally, deliver
from spanglass_collector.alerts.evaluate import Pass, evaluate
from spanglass_collector.alerts.meters import AlertMeters
from spanglass_collector.alerts.observe import RuleFailure
from spanglass_collector.alerts.pages import BARE, PageSettings
from spanglass_collector.alerts.quiet import Quiet
from spanglass_collector.alerts.rule import Destination, Rule
from spanglass_collector.alerts.rules import AlertConfig
from spanglass_collector.alerts.silences import load_silences
from spanglass_collector.errors import StoreError
from spanglass_collector.store import Store, StoreUrl, open_store

_LOG = logging.getLogger(__name__)
_SEND_INTERVAL_S = 1.0
SYSTEM = ""
"""The project under which rules about Spanglass itself are kept."""
# Nothing a rule's longest usual window could still see lies further back.
_ACTIVE_FOR = timedelta(days=8)
_RATES = files(__package__).joinpath("queries/rates.sql").read_text()
_PROJECTS = files(__package__).joinpath("queries/projects.sql").read_text()


@dataclass(slots=True)
class PassReport:
    """What one pass did: pages that began or ended, rules that could not be asked, messages by what became
    of them.
    """

    triggered: int = 0
    resolved: int = 0
    failures: list[RuleFailure] = field(default_factory=list)
    messages: Tally = field(default_factory=Tally)


@dataclass(frozen=True, slots=True)
class Watch:
    """What every pass works with."""

    rules: Sequence[Rule]
    destinations: Sequence[Destination]
    settings: PageSettings = BARE
    quiets: Sequence[Quiet] = ()
    meters: AlertMeters | None = None


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
    quiets: Sequence[Quiet] = (),
) -> PassReport:
    """Evaluate all rules, then send what is due. `project` None: every project with recent data. Raises
    StoreError.
    """
    watch = Watch(rules, destinations_of(channels), PageSettings(trace_url), quiets)
    report = evaluate_once(store, watch, clock, project=project)
    for name, channel in channels.items():
        report.messages += deliver(store, name, channel, clock, jitter=random.random)
    return report


def evaluate_once(store: Store, watch: Watch, clock: Clock = utc_now, *, project: str | None = None) -> PassReport:
    """The first half of `run_once`: rules are asked, states and messages written, nothing sent."""
    report = PassReport()
    now = _whole_ms(clock())
    quiets = (*watch.quiets, *load_silences(store, now))
    for name in [project] if project is not None else [*_projects(store, now), SYSTEM]:
        scope = "system" if name == SYSTEM else "project"
        rules = [rule for rule in watch.rules if rule.scope == scope]
        found = evaluate(store, rules, watch.destinations, Pass(name, now, watch.settings, quiets))
        report.triggered += found.count("trigger")
        report.resolved += found.count("resolve")
        report.failures += found.failures
        if watch.meters is not None:
            watch.meters.show(name, found)
    return report


def run(
    store_url: StoreUrl | str,
    config: AlertConfig,
    stop: threading.Event,
    interval_s: float | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    meters: AlertMeters | None = None,
) -> None:
    """Until `stop` is set. A store that is away is asked again at the next interval; what is due waits in
    the outbox.

    Raises ConfigurationError at once when a channel cannot be set up.
    """
    channels = open_channels(config.channels, os.environ if environ is None else environ)
    meters = meters or AlertMeters()
    watch = Watch(
        config.rules,
        destinations_of(channels, config.channels),
        PageSettings(config.trace_url, config.runbook_base),
        config.maintenance,
        meters,
    )
    senders = [_sender(store_url, name, channel, stop, meters) for name, channel in channels.items()]
    for sender in senders:
        sender.start()
    _repeat(store_url, lambda store: _pass(store, watch, meters), stop, interval_s or config.interval_s)
    for sender in senders:
        sender.join()


def _pass(store: Store, watch: Watch, meters: AlertMeters) -> None:
    began = time.monotonic()
    report = evaluate_once(store, watch)
    meters.passes.observe(time.monotonic() - began)
    meters.evaluated.set_to_current_time()
    meters.show_open(records.load_open(store))
    meters.show_backlogs(outbox.backlogs(store, utc_now()))
    meters.show_rates(*store.query(_RATES, {"now": utc_now()}).result_rows[0])
    _log(report)


def _sender(
    store_url: StoreUrl | str, name: str, channel: Channel, stop: threading.Event, meters: AlertMeters
) -> threading.Thread:
    def once(store: Store) -> None:
        meters.count(name, deliver(store, name, channel, utc_now, jitter=random.random))

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
    return [row[0] for row in store.query(_PROJECTS, {"since_ms": since_ms}).result_rows if row[0] != SYSTEM]


def _whole_ms(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _log(report: PassReport) -> None:
    if report.triggered or report.resolved:
        _LOG.info("alerts: %d began, %d ended", report.triggered, report.resolved)
    for failure in report.failures:
        _LOG.warning("alert rule %s could not be asked: %s", failure.rule, failure.reason)
