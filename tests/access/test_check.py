"""Who is let in, to what, and what a key file that changes does to it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from spanglass_collector.access import (
    ALL_PROJECTS,
    Access,
    AccessConfig,
    Key,
    NotAllowed,
    OverQuota,
    Quota,
    Scope,
    Unauthenticated,
)
from spanglass_collector.access.file import KeyFile
from spanglass_collector.access.key import digest, new_secret
from spanglass_collector.access.metrics import LABELLED_KEYS, AccessMetrics
from spanglass_collector.access.used import read_last_use
from spanglass_collector.errors import ConfigurationError, Rejected
from tests.access.clock import Clock

MakeKey = Callable[..., str]


@pytest.fixture
def key_file(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "keys.json")


@pytest.fixture
def make_key(key_file: KeyFile) -> MakeKey:
    """Adds a key to the file and returns its text."""

    def make(*scopes: Scope, project: str = "shop", **rest: object) -> str:
        prefix, secret = new_secret()
        key_file.add(Key(prefix, digest(secret), project, frozenset(scopes or [Scope.INGEST]), **rest))  # type: ignore[arg-type]
        return secret

    return make


def _access(key_file: KeyFile, clock: Clock | None = None, **config: object) -> Access:
    registry = CollectorRegistry()
    return Access(AccessConfig(key_file.path, **config), AccessMetrics(registry), clock or Clock())  # type: ignore[arg-type]


def _bearer(secret: str, **more: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}", **more}


def test_without_any_key_everybody_is_let_in(key_file: KeyFile) -> None:
    """On loopback, the default."""
    grant = _access(key_file).admit({}, Scope.ADMIN)
    assert grant.project == "default"


def test_an_exposed_collector_is_never_open(key_file: KeyFile) -> None:
    """Not even when its last key went away."""
    with pytest.raises(Unauthenticated, match="spanglass keys create"):
        _access(key_file, is_required=True).admit({}, Scope.INGEST)


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer {key}"},
        {"authorization": "bearer {key}"},
        {"x-api-key": "{key}"},
        {"authorization": "{key}"},
    ],
)
def test_a_key_comes_in_any_header_that_senders_can_set(
    key_file: KeyFile, make_key: MakeKey, headers: dict[str, str]
) -> None:
    """OTEL_EXPORTER_OTLP_HEADERS sets any of them."""
    secret = make_key()
    given = {name: value.format(key=secret) for name, value in headers.items()}
    assert _access(key_file).admit(given, Scope.INGEST).project == "shop"


@pytest.mark.parametrize(
    "change", [lambda s: "", lambda s: s[:-1] + "x", lambda s: s + "0", lambda s: s[:11], str.upper]
)
def test_anything_but_the_key_is_refused(key_file: KeyFile, make_key: MakeKey, change: Callable[[str], str]) -> None:
    """Its prefix alone, too."""
    secret = make_key()
    with pytest.raises(Unauthenticated):
        _access(key_file).admit(_bearer(change(secret)), Scope.INGEST)


def test_a_key_is_bound_to_its_project(key_file: KeyFile, make_key: MakeKey) -> None:
    """The header may name what the key allows, and nothing else."""
    access, secret = _access(key_file), make_key()
    assert access.admit(_bearer(secret, **{"x-spanglass-project": "shop"}), Scope.INGEST).project == "shop"
    with pytest.raises(NotAllowed, match="bound to project 'shop'"):
        access.admit(_bearer(secret, **{"x-spanglass-project": "bank"}), Scope.INGEST)


def test_a_key_for_all_projects_chooses_by_header(key_file: KeyFile, make_key: MakeKey) -> None:
    """And a name that cannot be a project's is rejected."""
    access, secret = _access(key_file), make_key(project=ALL_PROJECTS)
    assert access.admit(_bearer(secret, **{"x-spanglass-project": "bank"}), Scope.INGEST).project == "bank"
    with pytest.raises(Rejected):
        access.admit(_bearer(secret, **{"x-spanglass-project": "../x"}), Scope.INGEST)


@pytest.mark.parametrize("has", list(Scope))
@pytest.mark.parametrize("needs", list(Scope))
def test_scopes_open_only_what_they_say(key_file: KeyFile, make_key: MakeKey, has: Scope, needs: Scope) -> None:
    """Admin opens all."""
    access, secret = _access(key_file), make_key(has)
    if has in (needs, Scope.ADMIN):
        access.admit(_bearer(secret), needs)
    else:
        with pytest.raises(NotAllowed, match=needs.value):
            access.admit(_bearer(secret), needs)


def test_a_revoked_key_ends_in_a_running_collector(key_file: KeyFile, make_key: MakeKey) -> None:
    """With the next request."""
    clock = Clock()
    access, secret = _access(key_file, clock), make_key()
    access.admit(_bearer(secret), Scope.INGEST)
    key_file.revoke(secret[:11], clock())
    with pytest.raises(Unauthenticated):
        access.admit(_bearer(secret), Scope.INGEST)


def test_a_key_expires(key_file: KeyFile, make_key: MakeKey) -> None:
    """At its second."""
    clock = Clock()
    access, secret = _access(key_file, clock), make_key(expires_at=clock() + 60)
    clock.now_s += 59
    access.admit(_bearer(secret), Scope.INGEST)
    clock.now_s += 1
    with pytest.raises(Unauthenticated):
        access.admit(_bearer(secret), Scope.INGEST)


@pytest.mark.parametrize("damage", [lambda p: p.write_text("{"), lambda p: p.write_text('{"version": 9}'), Path.unlink])
def test_a_damaged_key_file_opens_nothing(
    key_file: KeyFile, make_key: MakeKey, damage: Callable[[Path], object]
) -> None:
    """The keys read before stay in force; a new start says what is wrong."""
    secret = make_key()
    access = _access(key_file)
    damage(key_file.path)
    access.admit(_bearer(secret), Scope.INGEST)
    with pytest.raises(Unauthenticated):
        access.admit({}, Scope.INGEST)
    if key_file.path.exists():
        with pytest.raises(ConfigurationError, match="no key file"):
            _access(key_file)


def test_the_bootstrap_key_opens_everything(key_file: KeyFile, make_key: MakeKey) -> None:
    """SPANGLASS_API_KEY works beside the file's keys; the owner's key alone does not close the door."""
    access = _access(key_file, secrets={"owner": "o", "bootstrap": "b"})
    for secret in "ob":
        assert access.admit(_bearer(secret), Scope.ADMIN).project == "default"
    with pytest.raises(Unauthenticated):
        access.admit({}, Scope.INGEST)
    _access(key_file, secrets={"owner": "o"}).admit({}, Scope.INGEST)


def test_nothing_secret_is_kept_or_logged(
    key_file: KeyFile, make_key: MakeKey, caplog: pytest.LogCaptureFixture
) -> None:
    """The file holds a hash and is its owner's alone; failures are one line a minute without what was sent."""
    clock = Clock()
    secret = make_key()
    assert secret not in key_file.path.read_text()
    assert key_file.path.stat().st_mode & 0o777 == 0o600
    access = _access(key_file, clock, secrets={"bootstrap": "topsecret"})
    with caplog.at_level(logging.DEBUG):
        for guess in ("guess-one", "guess-two", secret[:-1] + "x"):
            with pytest.raises(Unauthenticated) as refused:
                access.admit(_bearer(guess), Scope.INGEST)
            assert guess not in str(refused.value)
    assert len(caplog.records) == 1
    assert not any(word in caplog.text + repr(access._config) for word in ("guess", "topsecret", secret[12:]))


def test_last_use_is_noted_once_a_minute(key_file: KeyFile, make_key: MakeKey, tmp_path: Path) -> None:
    """In a file of its own."""
    clock, used = Clock(), tmp_path / "used.json"
    access, secret = _access(key_file, clock, last_use_file=used), make_key()
    access.admit(_bearer(secret), Scope.INGEST)
    first = read_last_use(used)
    clock.now_s += 59
    access.admit(_bearer(secret), Scope.INGEST)
    assert read_last_use(used) == first == {secret[:11]: Clock().now_s}
    clock.now_s += 1
    access.admit(_bearer(secret), Scope.INGEST)
    assert read_last_use(used) == {secret[:11]: clock.now_s}


def test_requests_and_bytes_per_second(key_file: KeyFile, make_key: MakeKey) -> None:
    """Refused with the seconds to wait, then let in again."""
    clock = Clock()
    access, secret = _access(key_file, clock), make_key(quota=Quota(requests_per_s=2, bytes_per_s=100))
    access.admit(_bearer(secret), Scope.INGEST)
    access.admit(_bearer(secret), Scope.INGEST).charge(350)
    with pytest.raises(OverQuota, match="bytes per second") as refused:
        access.admit(_bearer(secret), Scope.INGEST)
    assert (refused.value.retry_after_s, refused.value.is_brief) == (3, True)
    clock.now_s += 3
    access.admit(_bearer(secret), Scope.INGEST)
    access.admit(_bearer(secret), Scope.INGEST)
    with pytest.raises(OverQuota, match="requests per second"):
        access.admit(_bearer(secret), Scope.INGEST)


def test_spans_per_day(key_file: KeyFile, make_key: MakeKey) -> None:
    """Until midnight UTC; nothing a sender could wait for."""
    clock = Clock()
    access, secret = _access(key_file, clock), make_key(quota=Quota(spans_per_day=10))
    access.admit(_bearer(secret), Scope.INGEST).charge(1, spans=12)
    with pytest.raises(OverQuota) as refused:
        access.admit(_bearer(secret), Scope.INGEST)
    assert not refused.value.is_brief
    clock.now_s += refused.value.retry_after_s
    assert clock.now_s % 86_400 == 0
    access.admit(_bearer(secret), Scope.INGEST)


def test_metrics_are_per_prefix_and_bounded() -> None:
    """However many keys there are, and whatever is guessed."""
    registry = CollectorRegistry()
    metrics = AccessMetrics(registry)
    for number in range(LABELLED_KEYS + 50):
        metrics.request(f"sg_{number}", "allowed")
    text = generate_latest(registry).decode()
    assert text.count('outcome="allowed"') == LABELLED_KEYS + 1
    assert 'spanglass_key_requests_total{key="other",outcome="allowed"} 50.0' in text
