"""Prometheus Alertmanager, API v2: https://prometheus.io/docs/alerting/latest/alerts_api/

Alertmanager forgets an alert at its endsAt, so a firing one is said again every `REPEAT_S` with an endsAt four times
as far away, as Prometheus does. All members of a cluster are told; they agree among themselves who notifies.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson

from spanglass_collector.alerts.channels.contract import Delivered, Outcome, RetryLater
from spanglass_collector.alerts.channels.http import TIMEOUT_S, post, secret
from spanglass_collector.alerts.channels.wording import facts, links
from spanglass_collector.alerts.notification import Notification
from spanglass_collector.alerts.table import Table

REPEAT_S = 60.0
_LIFE = timedelta(seconds=4 * REPEAT_S)
_PATH = "/api/v2/alerts"


class Alertmanager:
    """A cluster of one or more members."""

    def __init__(self, urls: tuple[str, ...], headers: Mapping[str, str] | None = None) -> None:
        self._urls = tuple(url.rstrip("/") + _PATH for url in urls)
        self._headers = dict(headers or {})
        self._client = httpx.Client(timeout=TIMEOUT_S)

    @classmethod
    def from_table(cls, table: Table, environ: Mapping[str, str]) -> Alertmanager:
        """Keys: urls (required, all members), bearer_token, bearer_token_env or bearer_token_file."""
        urls = table.texts("urls")
        for url in urls:
            if urlsplit(url).scheme not in ("http", "https"):
                raise table.error("urls", f"must be http:// or https:// addresses, not {url!r}")
        token = secret(table, "bearer_token", environ)
        return cls(urls, {"Authorization": f"Bearer {token}"} if token else {})

    def send(self, notification: Notification, now: datetime) -> Outcome:
        # It takes acknowledgements from nobody: those are made where it notifies.
        if notification.event == "acknowledge":
            return Delivered()
        body = orjson.dumps([alert(notification, now)])
        outcomes = [post(self._client, url, body, self._headers, now) for url in self._urls]
        failed = [outcome for outcome in outcomes if not isinstance(outcome, Delivered)]
        passing = next((outcome for outcome in failed if isinstance(outcome, RetryLater)), None)
        return passing or (failed[0] if failed else Delivered())


def alert(said: Notification, now: datetime) -> dict[str, Any]:
    """Its labels are its identity: only what stays the same from trigger to resolve is among them."""
    labels = {label_name(name): value for name, value in said.page_labels.items() if value}
    own = {"alertname": said.rule, "severity": said.severity, "project": said.project, "source": "spanglass"}
    annotations = {label_name(name.lower()): value for name, value in facts(said)}
    annotations["summary"] = said.summary
    annotations["description"] = said.explanation or said.summary
    annotations["dedup_key"] = said.dedup_key
    annotations["traces"] = " ".join(said.trace_links or said.trace_ids)
    if said.runbook:
        annotations["runbook_url"] = said.runbook
    shown = links(said)
    return {
        "labels": {**labels, **{name: value for name, value in own.items() if value}},
        "annotations": {name: value for name, value in annotations.items() if value},
        "startsAt": said.since.isoformat(),
        "endsAt": (now if said.event == "resolve" else now + _LIFE).isoformat(),
        **({"generatorURL": shown[0].href} if shown else {}),
    }


def label_name(name: str) -> str:
    """What Prometheus takes for a label's name."""
    clean = re.sub(r"[^a-zA-Z0-9_]", "_", name)
    return clean if re.match(r"[a-zA-Z_]", clean) else f"_{clean}"
