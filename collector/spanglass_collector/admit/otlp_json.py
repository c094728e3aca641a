"""OTLP/JSON to the same message as the binary form.

protobuf's own JSON reader takes ids for base64, while OTLP writes them as hex: a 32-digit trace id would become 24
wrong bytes without an error. So ids are rewritten first. Unknown fields are ignored, as OTLP demands.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import orjson
from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import Message

from spanglass_collector.admit.signal import Signal
from spanglass_collector.errors import Rejected

_IDS = ("traceId", "spanId", "parentSpanId", "trace_id", "span_id", "parent_span_id")


def decode_json(raw: bytes, signal: Signal) -> Message:
    """Raises Rejected with what is wrong. An id that is no hex becomes empty, as if it was not sent."""
    expected = signal.request_type.DESCRIPTOR.name
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Rejected(f"the body is no JSON: {error}") from error
    if not isinstance(document, dict):
        raise Rejected(f"the body is no {expected}: a JSON object is expected")
    try:
        for holder in signal.id_holders(document):
            _hex_to_base64(holder)
        return ParseDict(document, signal.request_type(), ignore_unknown_fields=True)
    except (ParseError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise Rejected(f"the body is no {expected}: {error}") from error


def _hex_to_base64(holder: dict[str, Any]) -> None:
    for name in _IDS:
        if name in holder:
            holder[name] = _base64_of_hex(holder[name])


def _base64_of_hex(text: object) -> str:
    try:
        return base64.b64encode(binascii.unhexlify(text if isinstance(text, str) else "")).decode()
    except (binascii.Error, ValueError):
        return ""
