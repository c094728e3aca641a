"""Slack, incoming webhooks: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks

Limits kept here: header 150 characters, section 3000, ten fields of 2000 a section. An incoming webhook cannot edit or
join a thread, so every event is a message of its own.
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

LONGEST_HEADER = 150
LONGEST_SECTION = 3000
LONGEST_FIELD = 2000
MOST_FIELDS = 10
_COLOURS = {"critical": "#b00020", "error": "#d9480f", "warning": "#e8a200", "info": "#1971c2"}
_CALM = "#2b8a3e"


class Slack:
    """One channel's webhook."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = httpx.Client(timeout=TIMEOUT_S)

    @classmethod
    def from_table(cls, table: Table, environ: Mapping[str, str]) -> Slack:
        """Keys: url, url_env or url_file."""
        return cls(secret_url(table, environ))

    def send(self, notification: Notification, now: datetime) -> Outcome:
        return post(self._client, self._url, orjson.dumps(message(notification)), {}, now)


def message(said: Notification) -> dict[str, Any]:
    """The JSON body: a text for notifications, and blocks in an attachment that has the severity's colour."""
    title = heading(said)
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": shortened(title, LONGEST_HEADER)}},
        {"type": "section", "fields": [_field(name, value) for name, value in facts(said)[:MOST_FIELDS]]},
    ]
    shown = " · ".join(f"<{link.href}|{escaped(link.text)}>" for link in links(said))
    if shown:
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": shortened(shown, LONGEST_SECTION)}})
    colour = _CALM if said.event == "resolve" else _COLOURS[said.severity]
    text = shortened(escaped(title), LONGEST_SECTION)
    return {"text": text, "attachments": [{"color": colour, "fallback": text, "blocks": blocks}]}


def escaped(text: str) -> str:
    """The three characters that are markup in Slack's text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _field(name: str, value: str) -> dict[str, str]:
    return {"type": "mrkdwn", "text": shortened(f"*{name}*\n{escaped(value)}", LONGEST_FIELD)}
