"""The check every request goes through: headers in, a Grant out, or an error that says what to do."""

from __future__ import annotations

import hmac
import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from prometheus_client import CollectorRegistry

from spanglass_collector.access.errors import NotAllowed, OverQuota, Unauthenticated
from spanglass_collector.access.file import NOT_THERE, KeyFile
from spanglass_collector.access.here import check_comes_from_here
from spanglass_collector.access.key import ALL_PROJECTS, Key, Scope, prefix_of
from spanglass_collector.access.metrics import AccessMetrics
from spanglass_collector.access.quota import Meter
from spanglass_collector.access.used import LastUse
from spanglass_collector.errors import ConfigurationError, Rejected

log = logging.getLogger(__name__)

PROJECT_HEADER = "x-spanglass-project"
DEFAULT_PROJECT = "default"
LOG_INTERVAL_S = 60.0
OPEN = "open"
"""Prefix of nobody's key: loopback, and no keys."""
_PROJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_HOW = "send an API key as 'Authorization: Bearer KEY' or 'x-api-key: KEY' ('spanglass keys create' makes one)"


def bootstrap_key(prefix: str) -> Key:
    """A key outside the file that opens everything: the environment's, the owner's, or nobody's on loopback."""
    return Key(prefix, "", ALL_PROJECTS, frozenset(Scope))


@dataclass(frozen=True, slots=True)
class Grant:
    """What one request may do: `project` is whose data it reads or writes."""

    key: Key
    project: str
    _charge: Callable[[Key, int, int], None] = field(repr=False)

    def charge(self, size_bytes: int, spans: int = 0) -> None:
        """Counts what the request held against the key's quota."""
        self._charge(self.key, size_bytes, spans)


@dataclass(frozen=True, slots=True)
class AccessConfig:
    """`secrets`: all-scopes keys outside the file by label, for example {'bootstrap': SPANGLASS_API_KEY}."""

    key_file: Path | None = None
    last_use_file: Path | None = None
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    web_origins: tuple[str, ...] = ()
    """Pages that may send from a browser although there are no keys."""
    is_required: bool = False
    """True: requests without a key are refused even when no key exists (an address others can reach)."""


class Access:
    """Knows the keys, follows changes of their file, and counts. Used from one event loop."""

    def __init__(
        self,
        config: AccessConfig = AccessConfig(),
        metrics: AccessMetrics | None = None,
        clock_s: Callable[[], float] = time.time,
    ) -> None:
        self._config = config
        self._metrics = metrics or AccessMetrics(CollectorRegistry())
        self._clock_s = clock_s
        self._file = KeyFile(config.key_file) if config.key_file else None
        self._used = LastUse(config.last_use_file) if config.last_use_file else None
        self._stamp = self._file.stamp() if self._file else NOT_THERE
        self._keys = {key.prefix: key for key in (self._file.read() if self._file else ())}
        self._meters: dict[str, Meter] = {}
        self._failures, self._logged_at_s = 0, float("-inf")

    def admit(self, headers: Mapping[str, str], scope: Scope) -> Grant:
        """`headers` with lower-case names. Raises Unauthenticated, NotAllowed, OverQuota, or Rejected (project)."""
        key = self.identify(secret_in(headers))
        self.check_origin(key, headers)
        try:
            self._check_scope(key, scope)
            project = self._project(key, headers)
        except NotAllowed:
            self._metrics.request(key.prefix, "denied")
            raise
        self.count(key)
        return Grant(key, project, self._charge)

    def identify(self, secret: str) -> Key:
        """The active key with this text. Raises Unauthenticated."""
        self._reload()
        key = self._find(secret)
        if key is None:
            self._note_failure()
            raise Unauthenticated(f"no such key, or it was revoked or has expired: {_HOW}" if secret else _HOW)
        return key

    def check_origin(self, key: Key, headers: Mapping[str, str]) -> None:
        """Without keys web pages are kept out. Raises NotAllowed."""
        if key.prefix != OPEN:
            return
        try:
            check_comes_from_here(headers, self._config.web_origins)
        except NotAllowed:
            self._metrics.request(key.prefix, "denied")
            raise

    def count(self, key: Key) -> None:
        """One request of this key. Raises OverQuota."""
        now_s = self._clock_s()
        try:
            self._meter(key).admit(now_s)
        except OverQuota:
            self._metrics.request(key.prefix, "over_quota")
            raise
        self._metrics.request(key.prefix, "allowed")
        if self._used and key.digest:
            self._used.note(key.prefix, now_s)

    @property
    def _is_open(self) -> bool:
        secrets = [label for label in self._config.secrets if label != "owner"]
        return not (self._config.is_required or self._keys or secrets)

    def _find(self, secret: str) -> Key | None:
        prefix = prefix_of(secret)
        known = self._keys.get(prefix) if prefix else None
        if known:
            return known if known.matches(secret) and known.is_active(self._clock_s()) else None
        for label, expected in self._config.secrets.items():
            if hmac.compare_digest(secret.encode("utf-8", "surrogateescape"), expected.encode()):
                return bootstrap_key(label)
        # With no key anywhere a stray one (an OTLP sender's setting for another backend) does no harm.
        return bootstrap_key(OPEN) if self._is_open else None

    def _check_scope(self, key: Key, scope: Scope) -> None:
        if not key.allows(scope):
            has = ", ".join(sorted(s.value for s in key.scopes))
            raise NotAllowed(f"key {key.prefix} has scope {has}, and this needs {scope.value}")

    def _project(self, key: Key, headers: Mapping[str, str]) -> str:
        own = DEFAULT_PROJECT if key.project == ALL_PROJECTS else key.project
        name = headers.get(PROJECT_HEADER, own)
        check_project_name(name)
        if key.project not in (ALL_PROJECTS, name):
            raise NotAllowed(f"key {key.prefix} is bound to project {key.project!r}; leave {PROJECT_HEADER} out")
        return name

    def _meter(self, key: Key) -> Meter:
        meter = self._meters.get(key.prefix)
        if meter is None or meter.quota != key.quota:
            meter = self._meters[key.prefix] = Meter(key.quota)
        return meter

    def _charge(self, key: Key, size_bytes: int, spans: int) -> None:
        self._metrics.used(key.prefix, size_bytes, spans)
        self._meter(key).charge(size_bytes, spans, self._clock_s())

    def _reload(self) -> None:
        if not self._file or (stamp := self._file.stamp()) == self._stamp:
            return
        self._stamp = stamp
        if stamp == NOT_THERE and self._keys:  # an unmounted disk must not open the door
            log.error("the key file %s is gone; the keys read before stay in force", self._file.path)
            return
        try:
            self._keys = {key.prefix: key for key in self._file.read()}
            log.info("key file read again: %d keys", len(self._keys))
        except ConfigurationError as error:
            log.error("%s; the keys read before stay in force", error)

    def _note_failure(self) -> None:
        """Counted always, logged at most once a minute, never with what was sent."""
        self._metrics.request("none", "unauthenticated")
        self._failures += 1
        if self._clock_s() - self._logged_at_s >= LOG_INTERVAL_S:
            log.warning("%d requests without a valid key were refused", self._failures)
            self._failures, self._logged_at_s = 0, self._clock_s()


def secret_in(headers: Mapping[str, str]) -> str:
    """The key a request carries: `Authorization: Bearer KEY` (or Basic, as the password), or `x-api-key: KEY`."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    return headers.get("x-api-key", "").strip() or (scheme if not value else "")


def check_project_name(name: str) -> None:
    """Raises Rejected for a name that cannot be a project's."""
    if not _PROJECT.fullmatch(name):
        raise Rejected(f"{PROJECT_HEADER} must be 1 to 64 letters, digits, '.', '_' or '-', first a letter or digit")
