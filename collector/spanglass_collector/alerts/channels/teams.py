"""Microsoft Teams, by a Workflow ("Post to a channel when a webhook request is received") that takes an Adaptive Card:
https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook

Limits kept here: 28 KB a message, six actions a card.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx
import orjson

from spanglass_collector.alerts.channels.contract import Outcome
from spanglass_collector.alerts.channels.http import TIMEOUT_S, post, secret_url
from spanglass_collector.alerts.channels.wording import facts, heading, links, shortened
from spanglass_collector.alerts.notification import Notification
from spanglass_collector.alerts.table import Table

LARGEST_MESSAGE_BYTES = 28 * 1024
MOST_ACTIONS = 6
LONGEST_TITLE = 500
_STYLES = {"critical": "attention", "error": "attention", "warning": "warning", "info": "accent"}


class Teams:
    """One workflow."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = httpx.Client(timeout=TIMEOUT_S)

    @classmethod
    def from_table(cls, table: Table, environ: Mapping[str, str]) -> Teams:
        """Keys: url, url_env or url_file."""
        return cls(secret_url(table, environ))

    def send(self, notification: Notification, now: datetime) -> Outcome:
        return post(self._client, self._url, encode(notification), {}, now)


def encode(said: Notification) -> bytes:
    """The message; without its links when it would be too large with them."""
    body = orjson.dumps(message(said))
    if len(body) <= LARGEST_MESSAGE_BYTES:
        return body
    whole = message(said)
    whole["attachments"][0]["content"].pop("actions", None)
    return orjson.dumps(whole)


def message(said: Notification) -> dict[str, Any]:
    style = "good" if said.event == "resolve" else _STYLES[said.severity]
    title = {"type": "TextBlock", "text": shortened(heading(said), LONGEST_TITLE), "weight": "bolder", "wrap": True}
    shown = [{"title": name, "value": value} for name, value in facts(said)]
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            {"type": "Container", "style": style, "items": [title]},
            {"type": "FactSet", "facts": shown},
        ],
    }
    actions = [{"type": "Action.OpenUrl", "title": link.text, "url": link.href} for link in links(said)]
    if actions:
        card["actions"] = actions[:MOST_ACTIONS]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}
