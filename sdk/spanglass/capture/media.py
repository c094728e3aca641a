"""Images, audio and other bytes are recorded by reference: type, size and digest, never their content.

A reference is `{"type": "media", "mime_type": …, "bytes": n, "sha256": hex}`; inside text it is one line.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import Any

_DIGEST_LIMIT_BYTES = 4 << 20  # about 4 ms in the caller's thread; larger values have a size and no digest
_SHORTEST = 4096  # characters of base64: shorter runs are ids, hashes and icons, not worth a search
_DATA_URL = re.compile(r"data:([\w.+-]+/[\w.+-]+)(?:;[\w=.-]+)*;base64,([A-Za-z0-9+/_-]{64,}={0,2})")
_BARE = re.compile(f'"([A-Za-z0-9+/_-]{{{_SHORTEST},}}={{0,2}})"')
_UNKNOWN = "application/octet-stream"
_MIXED = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])")  # a run of one letter is text that looks like base64
_MAGIC = {
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"RIFF": "audio/wav",
    b"ID3": "audio/mpeg",
    b"%PDF": "application/pdf",
    b"OggS": "audio/ogg",
}


def reference(data: bytes | bytearray | memoryview, mime_type: str | None = None) -> dict[str, Any]:
    """The reference to raw bytes. The digest is left out beyond 4 MiB."""
    size = data.nbytes if isinstance(data, memoryview) else len(data)
    kind = mime_type or _mime_type(bytes(data[:8]))
    described: dict[str, Any] = {"type": "media", "mime_type": kind, "bytes": size}
    if size <= _DIGEST_LIMIT_BYTES:
        described["sha256"] = hashlib.sha256(data).hexdigest()
    return described


def without_media(text: str) -> str:
    """JSON text in which base64 content (data URLs, and long strings of nothing else) became references."""
    if len(text) < _SHORTEST:
        return text
    if ";base64," in text:
        text = _DATA_URL.sub(lambda match: _line(match.group(2), match.group(1)), text)
    return _BARE.sub(lambda match: f'"{_line(match.group(1), None)}"', text)


def _line(encoded: str, mime_type: str | None) -> str:
    """`<media image/png 123 bytes sha256=…>`, or the text as it was when it is no base64."""
    try:
        padded = encoded.rstrip("=") + "=" * (-len(encoded.rstrip("=")) % 4)
        data = base64.b64decode(padded.translate(_URL_SAFE), validate=True)
    except (binascii.Error, ValueError):
        return encoded
    found = reference(data, mime_type)
    if mime_type is None and found["mime_type"] == _UNKNOWN and not _MIXED.match(encoded):
        return encoded
    digest = f" sha256={found['sha256']}" if "sha256" in found else ""
    return f"<media {found['mime_type']} {found['bytes']} bytes{digest}>"


_URL_SAFE = str.maketrans("-_", "+/")


def _mime_type(head: bytes) -> str:
    return next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), _UNKNOWN)
