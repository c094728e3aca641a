"""Finished spans as the bytes of an OTLP `ExportTraceServiceRequest`, without a protobuf library.

Protobuf's wire format: a message is a run of fields, each a key varint `(number << 3) | type` and a value;
type 0 is a varint, 1 is 8 bytes, 2 is a length and that many bytes, 5 is 4 bytes. Field numbers are those of
opentelemetry-proto 1.11 and are written as ready-made keys below. Tests compare every message with what
opentelemetry-proto itself parses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from struct import Struct
from typing import Any

from opentelemetry.trace import SpanContext, StatusCode

from spanglass.contract import Event, FinishedSpan, Link, Origin, Scope

_times = Struct("<BQBQ").pack  # fixed64 start (7) and end (8)
_double = Struct("<d").pack
_fixed64 = Struct("<Q").pack
_fixed32 = Struct("<I").pack
_MAX_INT, _MIN_INT, _MASK64 = 2**63 - 1, -(2**63), 2**64 - 1
_HAS_IS_REMOTE, _IS_REMOTE = 0x100, 0x200  # Span.flags
_STATUS = {StatusCode.OK: b"\x18\x01", StatusCode.ERROR: b"\x18\x02"}  # Status.code = 3
_LABEL_CHARS = 64
_DEEPEST = 32  # nested attribute values; deeper ones become text


class RequestEncoder:
    """Collects spans into one request, grouped by resource and scope in order of first appearance.

    `said` are resource attributes the application passed to `init`; they win over any provider's resource.
    """

    def __init__(self, said: Mapping[str, Any] | None = None) -> None:
        self.count = 0
        self._said = said or {}
        self._groups: dict[int, tuple[Origin, dict[int, tuple[Scope | None, list[bytes]]]]] = {}

    def add(self, span: FinishedSpan) -> None:
        """Encodes one span; when that raises, the request is as it was before."""
        encoded = encode_span(span)
        scope = span.instrumentation_scope
        _, scopes = self._groups.setdefault(id(span.resource), (span.resource, {}))
        spans = scopes.setdefault(id(scope), (scope, []))[1]
        spans += b"\x12" + varint(len(encoded)), encoded
        self.count += 1

    def request(self) -> bytes:
        """The `ExportTraceServiceRequest`. Megabytes are copied once, here: sizes are added up before that."""
        pieces: list[bytes] = []
        for resource, scopes in self._groups.values():
            described = encode_attributes(b"\x0a", {**(resource.attributes or {}), **self._said})
            inner = [b"\x0a" + sized(described)]
            for scope, spans in scopes.values():
                head = _scope(scope)
                inner += b"\x12" + varint(len(head) + sum(map(len, spans))), head, *spans
            pieces += b"\x0a" + varint(sum(map(len, inner))), *inner
        return b"".join(pieces)


def encode_request(spans: Iterable[FinishedSpan], said: Mapping[str, Any] | None = None) -> bytes:
    """One request of many spans. Raises what the first span that cannot be written raises."""
    encoder = RequestEncoder(said)
    for span in spans:
        encoder.add(span)
    return encoder.request()


def _scope(scope: Scope | None) -> bytes:
    if scope is None:
        return b""
    fields = b"\x0a" + text(scope.name)
    if scope.version:
        fields += b"\x12" + text(scope.version)
    return b"\x0a" + sized(fields + encode_attributes(b"\x1a", scope.attributes))


def encode_span(span: FinishedSpan) -> bytes:
    """The fields of one `Span` message."""
    context = span.context
    if context is None:
        raise ValueError(f"span {span.name!r} has no context")
    return b"".join(
        (
            b"\x0a\x10",
            context.trace_id.to_bytes(16, "big"),
            b"\x12\x08",
            context.span_id.to_bytes(8, "big"),
            _relations(context, span.parent),
            b"\x2a",
            text(span.name),
            b"\x30",
            varint(span.kind.value + 1),  # the API counts from INTERNAL = 0, OTLP from UNSPECIFIED = 0
            _times(0x39, span.start_time or 0, 0x41, span.end_time or 0),
            encode_attributes(b"\x4a", span.attributes),
            b"".join(b"\x5a" + sized(_event(event)) for event in span.events),
            b"".join(b"\x6a" + sized(_link(link)) for link in span.links),
            _status(span),
        )
    )


def _relations(context: SpanContext, parent: SpanContext | None) -> bytes:
    fields = b""
    if context.trace_state:
        fields += b"\x1a" + text(context.trace_state.to_header())
    flags = int(context.trace_flags) | _HAS_IS_REMOTE
    if parent is not None:
        fields += b"\x22\x08" + parent.span_id.to_bytes(8, "big")
        flags |= _IS_REMOTE if parent.is_remote else 0
    return fields + b"\x85\x01" + _fixed32(flags)


def _event(event: Event) -> bytes:
    when = b"\x09" + _fixed64(event.timestamp)
    return when + b"\x12" + text(event.name) + encode_attributes(b"\x1a", event.attributes)


def _link(link: Link) -> bytes:
    context = link.context
    ids = b"\x0a\x10" + context.trace_id.to_bytes(16, "big") + b"\x12\x08" + context.span_id.to_bytes(8, "big")
    state = b"\x1a" + text(context.trace_state.to_header()) if context.trace_state else b""
    flags = int(context.trace_flags) | _HAS_IS_REMOTE | (_IS_REMOTE if context.is_remote else 0)
    return ids + state + encode_attributes(b"\x22", link.attributes) + b"\x35" + _fixed32(flags)


def _status(span: FinishedSpan) -> bytes:
    status = span.status
    message = b"\x12" + text(status.description) if status.description else b""
    fields = message + _STATUS.get(status.status_code, b"")
    return b"\x7a" + sized(fields) if fields else b""


def encode_attributes(key: bytes, attributes: Mapping[str, Any] | None) -> bytes:
    """A repeated `KeyValue` field whose encoded field key is `key`."""
    if not attributes:
        return b""
    fields: list[bytes] = []
    for name, value in attributes.items():
        if type(value) is str:  # nearly all, and all the large ones
            fields += _label(key, name, value) if len(value) <= _LABEL_CHARS else _long_text(key, name, value)
        else:
            fields += key, sized(_key_value(name, value, 0))
    return b"".join(fields)


@lru_cache(maxsize=4096)
def _label(key: bytes, name: str, value: str) -> tuple[bytes, ...]:
    """Short texts (kinds, models, sessions) repeat from span to span, so whole fields are remembered."""
    return (key + sized(_name(name) + b"\x12" + sized(b"\x0a" + text(value))),)


def _long_text(key: bytes, name: str, value: str) -> tuple[bytes, ...]:
    """The same field as pieces: a large text is copied once, when all pieces are joined."""
    data = value.encode("utf-8", "replace")
    size = varint(len(data))
    any_value_bytes = 1 + len(size) + len(data)
    head = _name(name) + b"\x12" + varint(any_value_bytes) + b"\x0a" + size
    return key, varint(len(head) + len(data)), head, data


def _key_value(name: str, value: Any, depth: int) -> bytes:
    return _name(name) + b"\x12" + sized(_any_value(value, depth))


@lru_cache(maxsize=1024)
def _name(name: str) -> bytes:
    return b"\x0a" + text(name)


def _any_value(value: Any, depth: int) -> bytes:
    """An `AnyValue`; None is the empty message, an int beyond 64 bits and any other object become text."""
    if isinstance(value, str):
        return b"\x0a" + text(value)
    if isinstance(value, bool):
        return b"\x10\x01" if value else b"\x10\x00"
    if isinstance(value, int) and _MIN_INT <= value <= _MAX_INT:
        return b"\x18" + varint(value & _MASK64)
    if isinstance(value, float):
        return b"\x21" + _double(value)
    if value is None:
        return b""
    return _compound_value(value, depth)


def _compound_value(value: Any, depth: int) -> bytes:
    if isinstance(value, (bytes, bytearray)):
        return b"\x3a" + sized(bytes(value))
    if depth < _DEEPEST and isinstance(value, Mapping):
        pairs = (b"\x0a" + sized(_key_value(str(name), item, depth + 1)) for name, item in value.items())
        return b"\x32" + sized(b"".join(pairs))
    if depth < _DEEPEST and isinstance(value, Sequence):
        items = (b"\x0a" + sized(_any_value(item, depth + 1)) for item in value)
        return b"\x2a" + sized(b"".join(items))
    return b"\x0a" + text(str(value)[:1000])


def text(text: str) -> bytes:
    """A length-delimited string; lone surrogates, which UTF-8 cannot hold, become `?`."""
    return sized(text.encode("utf-8", "replace"))


def sized(data: bytes) -> bytes:
    return varint(len(data)) + data


def varint(number: int) -> bytes:
    """Seven bits a byte, lowest first; the high bit says that more follow."""
    if number < 0x80:
        return bytes((number,))
    if number < 0x4000:
        return bytes((number & 0x7F | 0x80, number >> 7))
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def read_fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of any message as (number, value). Raises ValueError when it is not protobuf."""
    position = 0
    while position < len(data):
        key, position = _read_varint(data, position)
        wire_type = key & 7
        if wire_type == 0:
            value, position = _read_varint(data, position)
            yield key >> 3, value
            continue
        size, position = _read_size(data, position, wire_type)
        if position + size > len(data):
            raise ValueError("truncated field")
        yield key >> 3, data[position : position + size]
        position += size


def _read_size(data: bytes, position: int, wire_type: int) -> tuple[int, int]:
    if wire_type == 2:
        return _read_varint(data, position)
    if wire_type not in (1, 5):
        raise ValueError(f"wire type {wire_type}")
    return (8 if wire_type == 1 else 4), position


def _read_varint(data: bytes, position: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 70, 7):
        if position >= len(data):
            raise ValueError("truncated varint")
        byte = data[position]
        position += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, position
    raise ValueError("varint longer than 10 bytes")
