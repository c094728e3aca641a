"""A generic webhook, signed as Standard Webhooks says: https://www.standardwebhooks.com

The signature is HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{body}`; `webhook-id` is the same on
every retry, so a receiver can drop what it has seen.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

import httpx
import orjson

from spanglass_collector.alerts.channels.contract import Outcome
from spanglass_collector.alerts.channels.http import TIMEOUT_S, checked_url, post, secret
from spanglass_collector.alerts.notification import Notification
from spanglass_collector.alerts.table import Table

_PREFIX = "whsec_"
_TYPES = {
    "trigger": "alert.fired",
    "repeat": "alert.fired",
    "acknowledge": "alert.acknowledged",
    "resolve": "alert.resolved",
}


class Webhook:
    """One address. Without a key the message is sent unsigned."""

    def __init__(self, url: str, *, key: bytes = b"") -> None:
        self._url = url
        self._key = key
        self._client = httpx.Client(timeout=TIMEOUT_S)

    @classmethod
    def from_table(cls, table: Table, environ: Mapping[str, str]) -> Webhook:
        """Keys: url (required), secret, secret_env or secret_file (`whsec_…`)."""
        text = secret(table, "secret", environ)
        key = decode_secret(text) if text else b""
        if key is None:
            raise table.error("secret", "must be whsec_ followed by base64 of 24 to 64 bytes")
        return cls(checked_url(table), key=key)

    def send(self, notification: Notification, now: datetime) -> Outcome:
        body = render(notification)
        headers = {"webhook-id": notification.id, "webhook-timestamp": str(int(now.timestamp()))}
        if self._key:
            signed = sign(self._key, notification.id, headers["webhook-timestamp"], body)
            headers["webhook-signature"] = signed
        return post(self._client, self._url, body, headers, now)


def render(said: Notification) -> bytes:
    """`{"type": "alert.fired", "timestamp": …, "data": {…}}`; data has all fields of Notification."""
    data = orjson.loads(said.to_json())
    return orjson.dumps({"type": _TYPES[said.event], "timestamp": said.at.isoformat(), "data": data})


def sign(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    """The `webhook-signature` header."""
    digest = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def decode_secret(text: str) -> bytes | None:
    """The key behind `whsec_<base64>`; None when it is not one."""
    try:
        key = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        return None
    return key if text.startswith(_PREFIX) and 24 <= len(key) <= 64 else None
