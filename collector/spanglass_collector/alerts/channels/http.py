"""One HTTP POST as a channel needs it: what the status says about sending again."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from spanglass_collector.alerts.channels.contract import Delivered, Outcome, Refused, RetryLater
from spanglass_collector.alerts.table import Table
from spanglass_collector.errors import ConfigurationError

TIMEOUT_S = 15.0
# A receiver that asks for more is asked again after this; delivery gives up after a day (deliver.py).
LONGEST_RETRY_AFTER_S = 3600.0
_PASSING = frozenset({408, 425, 429})
# Addresses of Slack, Discord and Teams are secrets, and httpx logs every address it asks.
_is_sending: ContextVar[bool] = ContextVar("is_sending", default=False)
logging.getLogger("httpx").addFilter(lambda record: not _is_sending.get())


def post(client: httpx.Client, url: str, body: bytes, headers: Mapping[str, str], now: datetime) -> Outcome:
    """2xx is delivered; 408, 425, 429, 5xx and network errors pass; all else, redirects too, is final."""
    token = _is_sending.set(True)
    try:
        response = client.post(url, content=body, headers={"Content-Type": "application/json", **headers})
    except httpx.HTTPError as error:
        return RetryLater(f"{type(error).__name__}: {error}".replace(url, "(address)"))
    finally:
        _is_sending.reset(token)
    if response.is_success:
        return Delivered()
    reason = f"HTTP {response.status_code}: {response.text[:300]}".replace(url, "(address)")
    if response.status_code in _PASSING or response.is_server_error:
        return RetryLater(reason, _retry_after_s(response.headers.get("Retry-After", ""), now))
    return Refused(reason)


def checked_url(table: Table, default: str | None = None) -> str:
    url = table.text("url") if default is None else table.text("url", default)
    return _checked(table, url)


def secret_url(table: Table, environ: Mapping[str, str]) -> str:
    """An address that is itself the secret: `url`, `url_env` or `url_file`."""
    url = secret(table, "url", environ)
    if not url:
        raise table.error("url", "is missing: give the webhook's address, or name where it is in url_env or url_file")
    return _checked(table, url, shown="what it holds")


def _checked(table: Table, url: str, shown: str = "") -> str:
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise table.error("url", f"must be an http:// or https:// address, not {shown or repr(url)}")
    return url


def secret(table: Table, key: str, environ: Mapping[str, str]) -> str:
    """The value of `key`, of the environment variable that `<key>_env` names, or of the file that `<key>_file`
    names; empty when none is given.
    """
    given = [name for name in (key, f"{key}_env", f"{key}_file") if table.has(name)]
    if len(given) > 1:
        raise table.error(key, f"give {key}, {key}_env or {key}_file, not several of them")
    if table.has(f"{key}_file"):
        return _from_file(table, f"{key}_file")
    if not table.has(f"{key}_env"):
        return table.text(key, "")
    variable = table.text(f"{key}_env")
    if not environ.get(variable):
        raise ConfigurationError(
            f"{table.place.inside(f'{key}_env')}{table.where}: {key}_env: "
            f"the environment variable {variable} is not set"
        )
    return environ[variable]


def _from_file(table: Table, key: str) -> str:
    try:
        return Path(table.text(key)).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise table.error(key, f"cannot be read: {error.strerror}") from error


def _retry_after_s(header: str, now: datetime) -> float:
    """RFC 9110: seconds, or a date; bounded. Nonsense counts as not given."""
    try:
        asked = float(header) if header.strip().isdigit() else _seconds_until(header, now)
    except (TypeError, ValueError):
        return 0.0
    return min(max(0.0, asked), LONGEST_RETRY_AFTER_S)


def _seconds_until(http_date: str, now: datetime) -> float:
    return (parsedate_to_datetime(http_date) - now).total_seconds()
