"""Discord, webhooks: https://docs.discord.com/developers/resources/webhook#execute-webhook

Limits kept here: embed title 256 characters, description 4096, 25 fields of 256 and 1024, 6000 in all.
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

LONGEST_TITLE = 256
LONGEST_DESCRIPTION = 1500
LONGEST_VALUE = 350
_COLOURS = {"critical": 0xB00020, "error": 0xD9480F, "warning": 0xE8A200, "info": 0x1971C2}
_CALM = 0x2B8A3E


class Discord:
    """One channel's webhook."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = httpx.Client(timeout=TIMEOUT_S)

    @classmethod
    def from_table(cls, table: Table, environ: Mapping[str, str]) -> Discord:
        """Keys: url, url_env or url_file."""
        return cls(secret_url(table, environ))

    def send(self, notification: Notification, now: datetime) -> Outcome:
        return post(self._client, self._url, orjson.dumps(message(notification)), {}, now)


def message(said: Notification) -> dict[str, Any]:
    """The JSON body: one embed, and nobody is mentioned whatever the text holds."""
    embed: dict[str, Any] = {
        "title": shortened(heading(said), LONGEST_TITLE),
        "color": _CALM if said.event == "resolve" else _COLOURS[said.severity],
        "timestamp": said.at.isoformat(),
        "fields": [
            {"name": name, "value": shortened(value, LONGEST_VALUE), "inline": name not in ("Why", "Labels")}
            for name, value in facts(said)
        ],
    }
    shown = " · ".join(f"[{link.text}]({link.href})" for link in links(said))
    if shown:
        embed["description"] = shortened(shown, LONGEST_DESCRIPTION)
    return {"embeds": [embed], "allowed_mentions": {"parse": []}}
