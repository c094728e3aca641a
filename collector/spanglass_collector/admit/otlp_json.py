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
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spanglass_collector.errors import Rejected

_IDS = ("traceId", "spanId", "parentSpanId", "trace_id", "span_id", "parent_span_id")


def decode_json(raw: bytes) -> ExportTraceServiceRequest:
    """Raises Rejected with what is wrong. An id that is no hex becomes empty, which the id check rejects."""
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Rejected(f"the body is no JSON: {error}") from error
    if not isinstance(document, dict):
        raise Rejected("the body is no ExportTraceServiceRequest: a JSON object is expected")
    try:
        _hex_ids_to_base64(document)
        return ParseDict(document, ExportTraceServiceRequest(), ignore_unknown_fields=True)
    except (ParseError, TypeError, AttributeError, ValueError) as error:
        raise Rejected(f"the body is no ExportTraceServiceRequest: {error}") from error


def _hex_ids_to_base64(document: dict[str, Any]) -> None:
    for resource in _items(document, "resourceSpans", "resource_spans"):
        for scope in _items(resource, "scopeSpans", "scope_spans"):
            for span in _items(scope, "spans"):
                _convert(span)
                for link in _items(span, "links"):
                    _convert(link)


def _items(parent: dict[str, Any], *names: str) -> list[dict[str, Any]]:
    found: Any = next((parent[name] for name in names if parent.get(name)), [])
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise ValueError(f"{names[0]} must be a list of objects")
    return found


def _convert(holder: dict[str, Any]) -> None:
    for name in _IDS:
        if name in holder:
            holder[name] = _base64_of_hex(holder[name])


def _base64_of_hex(text: object) -> str:
    try:
        return base64.b64encode(binascii.unhexlify(text if isinstance(text, str) else "")).decode()
    except binascii.Error:
        return ""
