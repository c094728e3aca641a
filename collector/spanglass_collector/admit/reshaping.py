"""Which of the two inboxes a request needs: whether any of its attributes must be rebuilt before they are columns.

The names of all attributes and events are gathered by upb in C: in protobuf, a message field that occurs again is
merged into the one before, so with a schema in which every `repeated` message of OTLP is a single one, a whole request
becomes one span that holds every name. Values are skipped. Costs about 1 us a span.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

from spanglass_collector.store.aliases import Dialects

_MESSAGE = descriptor_pb2.FieldDescriptorProto.TYPE_MESSAGE
_STRING = descriptor_pb2.FieldDescriptorProto.TYPE_STRING
_SCHEMA: dict[str, tuple[tuple[str, int, str], ...]] = {
    "Request": (("resource_spans", 1, "ResourceSpans"),),
    "ResourceSpans": (("scope_spans", 2, "ScopeSpans"),),
    "ScopeSpans": (("spans", 2, "Span"),),
    "Span": (("attributes", 9, ""), ("events", 11, "Event")),
    "Event": (("name", 2, ""),),
    "Value": (),
}
"""Message -> (field, its number in OTLP's trace.proto, type of a message). `attributes` is a map, `name` repeated."""


def needs_reshaping(wire: bytes) -> bool:
    """For what is no request, True: the store will say so."""
    pattern, events = _names()
    try:
        span = _request_class().FromString(wire).resource_spans.scope_spans.spans
    except DecodeError:
        return True
    return any(map(pattern.match, span.attributes)) or not events.isdisjoint(span.events.name)


@cache
def _names() -> tuple[re.Pattern[str], frozenset[str]]:
    dialects = Dialects.load()
    return re.compile(dialects.reshaped_pattern), frozenset(dialects.reshaping_events)


@cache
def _request_class() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="spanglass_names.proto", package="spanglass_names", syntax="proto3")
    for name, fields in _SCHEMA.items():
        message = file.message_type.add(name=name)
        for field, number, kind in fields:
            _add_field(message, field, number, kind)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("spanglass_names.Request"))


def _add_field(message: descriptor_pb2.DescriptorProto, name: str, number: int, kind: str) -> None:
    field = message.field.add(name=name, number=number, label=_label(kind), type=_MESSAGE)
    if kind:
        field.type_name = f".spanglass_names.{kind}"
    elif name == "attributes":
        entry = message.nested_type.add(name="AttributesEntry")
        entry.options.map_entry = True
        entry.field.add(name="key", number=1, label=1, type=_STRING)
        entry.field.add(name="value", number=2, label=1, type=_MESSAGE, type_name=".spanglass_names.Value")
        field.type_name = f".spanglass_names.{message.name}.AttributesEntry"
    else:
        field.type = _STRING


def _label(kind: str) -> descriptor_pb2.FieldDescriptorProto.Label.ValueType:
    """Messages are single, so that they merge; names are repeated, so that all are kept."""
    label = descriptor_pb2.FieldDescriptorProto.Label
    return label.LABEL_OPTIONAL if kind else label.LABEL_REPEATED
