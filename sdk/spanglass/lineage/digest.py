"""Content names: the same bytes have the same name on every machine."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

_CHUNK_BYTES = 1 << 20
SHORT = 12
"""Hex digits of a digest that serve as a version."""


@dataclass(frozen=True, slots=True)
class Content:
    """SHA-256 (hex) and size of a file or a folder."""

    digest: str
    size_bytes: int


def content_of(path: Path) -> Content:
    """Of a file: its bytes. Of a folder: its files' relative names and digests, in order of name.

    Raises OSError when something cannot be read.
    """
    if path.is_file():
        return Content(_file_digest(path), path.stat().st_size)
    whole, size = hashlib.sha256(), 0
    for file in sorted(entry for entry in path.rglob("*") if entry.is_file()):
        whole.update(f"{_file_digest(file)}  {file.relative_to(path).as_posix()}\n".encode())
        size += file.stat().st_size
    return Content(whole.hexdigest(), size)


def lineage_id(digest: str) -> str:
    """The lineage that starts with this content: `lin-` and 16 hex digits."""
    return f"lin-{digest[:16]}"


def _file_digest(path: Path) -> str:
    whole = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            whole.update(chunk)
    return whole.hexdigest()
