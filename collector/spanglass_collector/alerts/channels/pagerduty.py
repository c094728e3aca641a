"""PagerDuty, Events API v2: https://developer.pagerduty.com/docs/events-api-v2-overview

A 202 means taken. Limits kept here: summary 1024 characters, event 512 KB. The dedup key ties a resolution
to the alert it ends, so both go to the same routing key.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx
import orjson

from spanglass_collector.alerts.channels.contract import Outcome
from spanglass_collector.alerts.channels.http import TIMEOUT_S, checked_url, post, secret
from spanglass_collector.alerts.notification import Notification
from spanglass_collector.alerts.table import Table

EVENTS_URL = "https://events.pagerduty.com/v2/enqueue"
LONGEST_SUMMARY = 1024
# The documented limit is 512 KB; Alertmanager counts it as 512 000 bytes, the stricter reading.
LARGEST_EVENT_BYTES = 512_000
_ROUTING_KEY_LENGTH = 32


class PagerDuty:
    """One service integration."""

    def __init__(self, routing_key: str, *, url: str = EVENTS_URL, source: str = "spanglass") -> None:
        self._routing_key = routing_key
        self._url = url
        self._source = source
        self._client = httpx.Client(timeout=TIMEOUT_S)

    @classmethod
    def from_table(cls, table: Table, environ: Mapping[str, str]) -> PagerDuty:
        """Keys: routing_key or routing_key_env (required), url, source."""
        key = secret(table, "routing_key", environ)
        if len(key) != _ROUTING_KEY_LENGTH:
            raise table.error(
                "routing_key",
                f"must be the integration's {_ROUTING_KEY_LENGTH} characters, not {len(key)}; "
                "give it here or name an environment variable that holds it in routing_key_env",
            )
        return cls(key, url=checked_url(table, EVENTS_URL), source=table.text("source", "spanglass"))

    def send(self, notification: Notification, now: datetime) -> Outcome:
        return post(self._client, self._url, encode(self.event(notification)), {}, now)

    def event(self, said: Notification) -> dict[str, Any]:
        """The event as PagerDuty wants it."""
        event: dict[str, Any] = {
            "routing_key": self._routing_key,
            "event_action": "trigger" if said.event == "repeat" else said.event,
            "dedup_key": said.dedup_key,
        }
        if said.event in ("acknowledge", "resolve"):
            return event
        return {**event, "client": "Spanglass", "links": _links(said), "payload": self._payload(said)}

    def _payload(self, said: Notification) -> dict[str, Any]:
        return {
            "summary": _shortened(said.summary),
            "severity": said.severity,
            "source": self._source,
            "timestamp": said.since.isoformat(),
            "component": said.labels.get("ServiceName", said.project) or "spanglass",
            "group": said.project or "spanglass",
            "class": said.rule,
            "custom_details": _details(said),
        }


def encode(event: dict[str, Any]) -> bytes:
    """JSON within the size limit: details too large to send are replaced by a word about it."""
    body = _dump(event)
    if len(body) <= LARGEST_EVENT_BYTES:
        return body
    note = {"error": f"details left out: the event was {len(body)} bytes, more than {LARGEST_EVENT_BYTES}"}
    return _dump({**event, "payload": {**event["payload"], "custom_details": note}})


def _dump(event: dict[str, Any]) -> bytes:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS)


def _shortened(summary: str) -> str:
    return summary if len(summary) <= LONGEST_SUMMARY else summary[: LONGEST_SUMMARY - 1] + "…"


def _links(said: Notification) -> list[dict[str, str]]:
    links = [
        {"href": href, "text": f"Trace {trace_id}"}
        for href, trace_id in zip(said.trace_links, said.trace_ids, strict=False)
    ]
    # PagerDuty shows addresses only; a path into the repository stays in the details.
    if said.runbook.startswith(("http://", "https://")):
        links.append({"href": said.runbook, "text": "Runbook"})
    return links


def _details(said: Notification) -> dict[str, Any]:
    return {
        "value": said.value,
        "condition": said.condition,
        "since": said.since.isoformat(),
        "labels": said.labels,
        "explanation": said.explanation,
        "trace_ids": list(said.trace_ids),
        "runbook": said.runbook,
        "project": said.project,
        **said.details,
    }
