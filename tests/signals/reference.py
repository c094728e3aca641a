"""A straightforward decoder of attribute values, in plain Python: what the store must say of them."""

from __future__ import annotations

import base64
import json
import math
from typing import Any

from opentelemetry.proto.common.v1.common_pb2 import AnyValue


def text(value: AnyValue) -> str:
    """As a column says it: strings plain, bytes in base64, maps and arrays as JSON, nothing as ''."""
    which = value.WhichOneof("value")
    if which is None:
        return ""
    if which in ("kvlist_value", "array_value"):
        return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"))
    found = plain(value)
    if which == "bool_value":
        return "true" if found else "false"
    return str(found)


def plain(value: AnyValue) -> Any:
    """As a value of JSON; of a key that was sent twice the last value stands."""
    which = value.WhichOneof("value")
    if which == "kvlist_value":
        return {item.key: plain(item.value) for item in value.kvlist_value.values}
    if which == "array_value":
        return [plain(item) for item in value.array_value.values]
    if which == "bytes_value":
        return base64.b64encode(value.bytes_value).decode()
    if which == "double_value" and not math.isfinite(value.double_value):
        return str(value.double_value)
    return getattr(value, which) if which else None


def same(stored: str, sent: AnyValue) -> bool:
    """Numbers may be spelled differently (1.0 and 1, 1e21 and 1e+21); nothing else may."""
    if sent.WhichOneof("value") == "double_value":
        return _equal(float(stored), sent.double_value)
    if sent.WhichOneof("value") in ("kvlist_value", "array_value"):
        return _equal(json.loads(stored), plain(sent))
    return stored == text(sent)


def _equal(left: Any, right: Any) -> bool:
    if isinstance(left, float) or isinstance(right, float):
        # The shortest spelling of a large double is a whole number that only as a double is the one that was sent.
        return isinstance(left, (int, float)) and (float(left) == right or (math.isnan(left) and math.isnan(right)))
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_equal, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return list(left) == list(right) and all(_equal(left[key], right[key]) for key in left)
    return type(left) is type(right) and left == right
