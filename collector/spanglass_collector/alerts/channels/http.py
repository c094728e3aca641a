"""One HTTP POST as a channel needs it: what the status says about sending again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx

from spanglass_collector.alerts.channels.contract import Delivered, Outcome, Refused, RetryLater
from spanglass_collector.alerts.table import Table
from spanglass_collector.errors import ConfigurationError

TIMEOUT_S = 15.0
# A receiver that asks for more is asked again after this; delivery gives up after a day (deliver.py).
LONGEST_RETRY_AFTER_S = 3600.0
_PASSING = frozenset({408, 425, 429})


def post(client: httpx.Client, url: str, body: bytes, headers: Mapping[str, str], now: datetime) -> Outcome:
    """2xx is delivered; 408, 425, 429, 5xx and network errors pass; all else, redirects too, is final."""
    try:
        response = client.post(url, content=body, headers={"Content-Type": "application/json", **headers})
    except httpx.HTTPError as error:
        return RetryLater(f"{type(error).__name__}: {error}")
    if response.is_success:
        return Delivered()
    reason = f"HTTP {response.status_code}: {response.text[:300]}"
    if response.status_code in _PASSING or response.is_server_error:
        return RetryLater(reason, _retry_after_s(response.headers.get("Retry-After", ""), now))
    return Refused(reason)


def checked_url(table: Table, default: str | None = None) -> str:
    url = table.text("url") if default is None else table.text("url", default)
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise table.error("url", f"must be an http:// or https:// address, not {url!r}")
    return url


def secret(table: Table, key: str, environ: Mapping[str, str]) -> str:
    """The value of `key`, or of the environment variable that `<key>_env` names; empty when neither is
    given.
    """
    if table.has(key) and table.has(f"{key}_env"):
        raise table.error(key, f"give {key} or {key}_env, not both")
    if not table.has(f"{key}_env"):
        return table.text(key, "")
    variable = table.text(f"{key}_env")
    if not environ.get(variable):
        raise ConfigurationError(f"{table.where}: {key}_env: the environment variable {variable} is not set")
    return environ[variable]


def _retry_after_s(header: str, now: datetime) -> float:
    """RFC 9110: seconds, or a date; bounded. Nonsense counts as not given."""
    try:
        asked = float(header) if header.strip().isdigit() else _seconds_until(header, now)
    except (TypeError, ValueError):
        return 0.0
    return min(max(0.0, asked), LONGEST_RETRY_AFTER_S)


def _seconds_until(http_date: str, now: datetime) -> float:
    return (parsedate_to_datetime(http_date) - now).total_seconds()
