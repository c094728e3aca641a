"""The alerts of this invocation: their configuration with the places in its file, and single pages by hand."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from spanglass_app.settings import Settings
from spanglass_collector.alerts import outbox, records
from spanglass_collector.alerts.channels import destinations_of, open_channel
from spanglass_collector.alerts.channels.contract import Outcome
from spanglass_collector.alerts.notification import Notification
from spanglass_collector.alerts.pages import PageSettings, Said, addressed, notification_of
from spanglass_collector.alerts.records import Record
from spanglass_collector.alerts.rules import AlertConfig, from_mapping
from spanglass_collector.alerts.silences import Acknowledgement, save_acknowledgement
from spanglass_collector.alerts.source import NOWHERE, read_document
from spanglass_collector.errors import ConfigurationError
from spanglass_collector.store import Store


def alert_config(settings: Settings) -> AlertConfig:
    """Raises ConfigurationError that names file and line."""
    place = read_document(settings.path).place if settings.path is not None else NOWHERE
    return from_mapping(settings.file, place)


def send_test_page(
    config: AlertConfig, channel: str, environ: Mapping[str, str], now: datetime, *, event: str = "trigger"
) -> Outcome:
    """Send a page that says it is a test, past the outbox. Raises ConfigurationError for an unknown channel."""
    chosen = next((c for c in config.channels if c.name == channel), None)
    if chosen is None:
        there = ", ".join(c.name for c in config.channels) or "none is configured"
        raise ConfigurationError(f"there is no channel {channel!r} ([alerts.channels.{channel}]); there are: {there}")
    said = Notification(
        id=f"msg_test_{random.getrandbits(64):016x}",
        event="resolve" if event == "resolve" else "trigger",
        project="spanglass",
        rule="test-page",
        severity="info",
        dedup_key=f"spanglass/test-page/{channel}",
        summary="Test page from Spanglass: nothing is wrong",
        since=now,
        at=now,
        value=None,
        condition="",
        explanation="somebody ran 'spanglass alerts test'",
    )
    return open_channel(chosen, environ).send(said, now)


def acknowledge(store: Store, config: AlertConfig, ack: Acknowledgement) -> Notification:
    """Write down who took a page, and have every channel told. `ack.since` is set to the page's own.

    Raises ConfigurationError when no such page is open, and StoreError.
    """
    members = _members(store, ack.dedup_key)
    settings = PageSettings(config.trace_url, config.runbook_base)
    said = notification_of(members, "acknowledge", ack.at, settings)
    said = replace(said, details={**said.details, "acknowledged_by": ack.by, "comment": ack.comment})
    names = [channel.name for channel in config.channels]
    allowed = {rule.name: rule.channels for rule in config.rules}
    save_acknowledgement(store, replace(ack, project=said.project, dedup_key=said.dedup_key, since=said.since))
    messages = addressed([Said(said, "", is_news=True)], destinations_of(names, config.channels), allowed.get)
    outbox.enqueue(store, list(messages), ack.at)
    return said


def _members(store: Store, key: str) -> list[Record]:
    """The firing alerts of a page, by its deduplication key or the beginning of its last part."""
    firing = [record for record in records.load_open(store) if record.standing.is_firing]
    keys = {r.dedup_key for r in firing if r.dedup_key == key or r.dedup_key.rpartition("/")[2].startswith(key)}
    if len(keys) != 1:
        found = "no firing page" if not keys else f"{len(keys)} firing pages"
        raise ConfigurationError(f"{found} with the key {key!r}; 'spanglass alerts list' shows those that fire")
    return [record for record in firing if record.dedup_key in keys]
