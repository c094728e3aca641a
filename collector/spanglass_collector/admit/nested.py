"""Attribute values that a ClickHouse type cannot hold: maps, and arrays that contain maps or arrays.

OTLP's AnyValue is recursive and a ClickHouse tuple is not. Such values become their JSON text before the insert. Most
requests have none, and a scan of the raw bytes tells: no false negatives for canonical encodings, few false positives.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Iterable
from typing import Any

from google.protobuf.message import DecodeError
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

from spanglass_collector.varint import decode_varint

_VARINT = rb"[\x80-\xff]{0,4}[\x00-\x7f]"
# KeyValue.value (field 2) whose AnyValue begins with kvlist_value (field 6).
_MAP_IN_ATTRIBUTE = re.compile(rb"\x12(" + _VARINT + rb")\x32(" + _VARINT + rb")")
# LogRecord.body (field 5) that is a map; that of an attribute above comes as field 2.
_MAP_IN_BODY = re.compile(rb"\x2a(" + _VARINT + rb")\x32(" + _VARINT + rb")")
# ArrayValue.values (field 1) whose AnyValue begins with kvlist_value or array_value (field 5).
_NESTED_IN_ARRAY = re.compile(rb"\x0a(" + _VARINT + rb")[\x32\x2a](" + _VARINT + rb")")

_NESTED = (_MAP_IN_ATTRIBUTE, _MAP_IN_BODY, _NESTED_IN_ARRAY)
_LOOKS = 16


def may_hold_nested_values(wire: bytes) -> bool:
    """True when the bytes contain what decodes as a nested value. Texts look like one now and then.

    Values made to look like one at every byte would be looked at for hours: past `_LOOKS` times the request's size
    the answer is True, and the request is taken apart once.
    """
    left_bytes = _LOOKS * len(wire)
    for match in (match for pattern in _NESTED for match in pattern.finditer(wire)):
        size = _claimed_bytes(match)
        if size is None:
            continue
        left_bytes -= size
        if left_bytes < 0 or _is_nested(wire[match.end(1) : match.end(1) + size]):
            return True
    return False


def _claimed_bytes(match: re.Match[bytes]) -> int | None:
    """How long the value says it is; None when its parts contradict each other."""
    size, inner = decode_varint(match.group(1)), match.group(2)
    return size if size == 1 + len(inner) + decode_varint(inner) else None


def _is_nested(encoded: bytes) -> bool:
    try:
        value = AnyValue.FromString(encoded)
    except DecodeError:
        return False
    return value.HasField("kvlist_value") or value.HasField("array_value")


def flatten_nested_values(values: Iterable[AnyValue]) -> int:
    """Replace every nested value in place by its JSON text; returns how many there were."""
    replaced = 0
    for value in values:
        if value.HasField("kvlist_value") or _is_nested_array(value):
            value.string_value = as_json(value)
            replaced += 1
    return replaced


def as_json(value: AnyValue) -> str:
    """JSON text of an AnyValue: bytes as base64, an empty value as null, NaN and infinities as strings."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def _plain(value: AnyValue) -> Any:
    which = value.WhichOneof("value")
    if which == "kvlist_value":
        return {item.key: _plain(item.value) for item in value.kvlist_value.values}
    if which == "array_value":
        return [_plain(item) for item in value.array_value.values]
    if which == "bytes_value":
        return base64.b64encode(value.bytes_value).decode()
    if which == "double_value" and not math.isfinite(value.double_value):
        return str(value.double_value)
    return getattr(value, which) if which else None


def _is_nested_array(value: AnyValue) -> bool:
    return value.HasField("array_value") and any(
        item.HasField("kvlist_value") or item.HasField("array_value") for item in value.array_value.values
    )
