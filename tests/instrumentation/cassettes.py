"""VCR cassettes: one YAML file a test, `interactions` of a request and the provider's recorded response."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
GZIP_MAGIC = b"\x1f\x8b"
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def data_dir() -> Path:
    """Where the recordings lie when nothing else is said."""
    return Path(os.environ.get("SPANGLASS_TEST_DATA") or REPOSITORY.parent / "shared" / "data")


@dataclass(frozen=True)
class Recording:
    """One request and its response, as they went over the wire."""

    file: str
    index: int
    url: str
    request: dict[str, Any]
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def __str__(self) -> str:
        return f"{self.file}#{self.index}"

    @cached_property
    def path(self) -> str:
        """The resource asked for, without the version: `chat/completions`."""
        return urlsplit(self.url).path.removeprefix("/v1/").strip("/")

    @property
    def plain_body(self) -> bytes:
        return gzip.decompress(self.body) if self.body.startswith(GZIP_MAGIC) else self.body

    @property
    def is_stream(self) -> bool:
        return bool(self.request.get("stream"))

    @property
    def is_error(self) -> bool:
        return self.status >= 400


def recordings(folder: Path) -> Iterator[Recording]:
    """Every interaction with a JSON request below `folder`, in the order of the files' names."""
    for file in sorted(folder.rglob("*.yaml")):
        yield from _interactions(file, f"{file.parent.name}/{file.name}")


def _interactions(file: Path, name: str) -> Iterator[Recording]:
    document = yaml.load(file.read_bytes(), Loader=_Loader)
    for index, interaction in enumerate(document["interactions"]):
        request = _json_object(interaction["request"]["body"])
        if request is not None:
            yield _recording(name, index, request, interaction)


def _recording(name: str, index: int, request: dict[str, Any], interaction: dict[str, Any]) -> Recording:
    response = interaction["response"]
    body = response["body"]["string"]
    body = body.encode() if isinstance(body, str) else body
    return Recording(
        file=name,
        index=index,
        url=interaction["request"]["uri"],
        request=request,
        status=response["status"]["code"],
        headers=tuple(_headers(response["headers"], is_compressed=body.startswith(GZIP_MAGIC))),
        body=body,
    )


def _headers(recorded: dict[str, list[str]], *, is_compressed: bool) -> Iterator[tuple[str, str]]:
    """Recorders that unpacked the body left `content-encoding` in place; lengths are the transport's business."""
    unwanted = {"content-length", "transfer-encoding"} | (set() if is_compressed else {"content-encoding"})
    for name, values in recorded.items():
        if name.lower() not in unwanted:
            yield from ((name, value) for value in ([values] if isinstance(values, str) else values))


def _json_object(body: Any) -> dict[str, Any] | None:
    try:
        value = json.loads(body or "")
    except (TypeError, ValueError):
        return None
    return value if isinstance(value, dict) else None
