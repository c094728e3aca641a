"""The key file: JSON, readable by its owner alone, replaced as a whole, shared by any number of collectors.

    {"version": 1, "keys": [{"prefix", "digest", "project", "scopes", "name", "created_at", "expires_at", "revoked_at",
                             "quota": {"requests_per_s", "bytes_per_s", "spans_per_day"}}]}

Writers take a lock beside it, so two commands cannot lose each other's keys. Readers see the old file or the new one.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from spanglass_collector.access.key import Key, Scope
from spanglass_collector.access.quota import Quota
from spanglass_collector.errors import ConfigurationError

try:
    import fcntl
except ImportError:  # Windows has no advisory locks of this kind: commands there must not run at the same moment
    fcntl = None  # type: ignore[assignment]

VERSION = 1
NOT_THERE = (0, 0, 0)
"""Stamp of a file that does not exist."""


class KeyFile:
    """Reads and changes the keys at `path`. A file that is not there holds no keys."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> tuple[Key, ...]:
        """Raises ConfigurationError for a file that holds something else."""
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise ConfigurationError(f"the key file {self.path} cannot be read: {error.strerror}") from error
        try:
            return _parse(json.loads(text))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ConfigurationError(
                f"{self.path} is no key file ({type(error).__name__}); restore it, or move it away and create new keys"
            ) from error

    def stamp(self) -> tuple[int, int, int]:
        """Differs when the file was replaced; cheap enough for every request."""
        try:
            found = os.stat(self.path)
        except OSError:
            return NOT_THERE
        return (found.st_mtime_ns, found.st_ino, found.st_size)

    def add(self, key: Key) -> None:
        self._change(lambda keys: (*keys, key))

    def revoke(self, prefix: str, at_s: float) -> Key:
        """From `at_s` on it opens nothing. Raises ConfigurationError for an unknown prefix."""
        self.find(prefix)

        def change(keys: Sequence[Key]) -> tuple[Key, ...]:
            return tuple(replace(k, revoked_at=at_s) if k.prefix == prefix else k for k in keys)

        self._change(change)
        return self.find(prefix)

    def find(self, prefix: str) -> Key:
        for key in self.read():
            if key.prefix == prefix:
                return key
        raise ConfigurationError(f"no key {prefix!r} in {self.path}: see 'spanglass keys list'")

    def _change(self, change: Callable[[Sequence[Key]], Sequence[Key]]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(self.path.with_name(self.path.name + ".lock")):
            keys = change(self.read())
            write_private(self.path, json.dumps({"version": VERSION, "keys": [_shown(k) for k in keys]}, indent=1))


def write_private(path: Path, text: str) -> None:
    """Replace a file as a whole, synced, readable by this user alone."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp: mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with open(path, "w", encoding="ascii", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        if fcntl:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _shown(key: Key) -> dict[str, Any]:
    return {**asdict(key), "scopes": sorted(scope.value for scope in key.scopes), "quota": asdict(key.quota)}


def _parse(document: Any) -> tuple[Key, ...]:
    if document["version"] != VERSION:
        raise ValueError("unknown version")
    return tuple(_key(entry) for entry in document["keys"])


def _key(entry: dict[str, Any]) -> Key:
    scopes = frozenset(Scope(name) for name in entry["scopes"])
    return Key(**{**entry, "scopes": scopes, "quota": Quota(**entry.get("quota", {}))})
