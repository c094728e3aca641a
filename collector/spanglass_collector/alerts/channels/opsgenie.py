"""Opsgenie, Alert API v2: https://docs.opsgenie.com/docs/alert-api

A 202 means queued. Limits kept here: message 130 characters, alias 512, description 15000, 20 tags of 50, details 8000.
The alias is the deduplication key; acknowledge and close name it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx
import orjson

from spanglass_collector.alerts.channels.contract import Outcome
from spanglass_collector.alerts.channels.http import TIMEOUT_S, checked_url, post, secret
from spanglass_collector.alerts.channels.wording import facts, links, shortened
from spanglass_collector.alerts.notification import Notification
from spanglass_collector.alerts.table import Table

API_URL = "https://api.opsgenie.com"
LONGEST_MESSAGE = 130
LONGEST_DESCRIPTION = 15_000
LONGEST_TAG = 50
MOST_TAGS = 20
LONGEST_DETAIL = 400
_PRIORITIES = {"critical": "P1", "error": "P2", "warning": "P3", "info": "P5"}


class Opsgenie:
    """One API integration."""

    def __init__(self, api_key: str, *, url: str = API_URL, responders: tuple[str, ...] = ()) -> None:
        self._headers = {"Authorization": f"GenieKey {api_key}"}
        self._url = url.rstrip("/")
        self._responders = responders
        self._client = httpx.Client(timeout=TIMEOUT_S)

    @classmethod
    def from_table(cls, table: Table, environ: Mapping[str, str]) -> Opsgenie:
        """Keys: api_key, api_key_env or api_key_file (required), url (EU: https://api.eu.opsgenie.com), teams."""
        key = secret(table, "api_key", environ)
        if not key:
            raise table.error("api_key", "is missing: give the integration's key, or name where it is in api_key_env")
        return cls(key, url=checked_url(table, API_URL), responders=table.texts("teams", ()))

    def send(self, notification: Notification, now: datetime) -> Outcome:
        path, body = request(notification, self._responders)
        return post(self._client, f"{self._url}{path}", orjson.dumps(body), self._headers, now)


def request(said: Notification, teams: tuple[str, ...] = ()) -> tuple[str, dict[str, Any]]:
    """Path and JSON body."""
    alias = quote(said.dedup_key, safe="")
    if said.event == "resolve":
        return f"/v2/alerts/{alias}/close?identifierType=alias", {"source": "spanglass", "note": said.summary[:1000]}
    if said.event == "acknowledge":
        user = str(said.details.get("acknowledged_by", ""))[:100]
        return f"/v2/alerts/{alias}/acknowledge?identifierType=alias", {"source": "spanglass", "user": user}
    return "/v2/alerts", _alert(said, teams)


def _alert(said: Notification, teams: tuple[str, ...]) -> dict[str, Any]:
    lines = [f"{name}: {value}" for name, value in facts(said)]
    lines += [f"{link.text}: {link.href}" for link in links(said)]
    return {
        "message": shortened(said.summary, LONGEST_MESSAGE),
        "alias": said.dedup_key,
        "description": shortened("\n".join([said.summary, "", *lines]), LONGEST_DESCRIPTION),
        "priority": _PRIORITIES[said.severity],
        "source": "spanglass",
        "entity": shortened(said.labels.get("ServiceName", said.project), 512),
        "tags": [shortened(text, LONGEST_TAG) for text in (said.rule, said.severity, said.project) if text][:MOST_TAGS],
        "details": {name: shortened(value, LONGEST_DETAIL) for name, value in facts(said)},
        **({"responders": [{"name": team, "type": "team"} for team in teams]} if teams else {}),
    }
