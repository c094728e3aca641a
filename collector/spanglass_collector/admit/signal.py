"""What the road from receiver to store must know of a signal; the road itself is one for all three."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

from spanglass_collector.store.otlp import Inbox


@dataclass(frozen=True, slots=True)
class Signal:
    """Traces, logs or metrics. The functions take a decoded request of `request_type`."""

    name: str
    """As in its URL: /v1/traces."""
    unit: str
    """What one record is called in counters and in answers: spans, log_records, data_points."""
    service: str
    """Its gRPC service."""
    request_type: type[Message]
    response_type: type[Message]
    inbox: Inbox
    count: Callable[[Any], int]
    """Records of a request."""
    drop_invalid: Callable[[Any], int]
    """Removes in place the records that cannot be stored; returns how many."""
    invalid: str
    """Why records are dropped, for the sender."""
    values: Callable[[Any], Iterable[AnyValue]]
    """Every attribute value and body of a request."""
    id_holders: Callable[[Mapping[str, Any]], Iterable[dict[str, Any]]]
    """The objects of an OTLP/JSON document that hold trace and span ids. Raises ValueError for a wrong shape."""

    repeated_bytes: Callable[[Any], int]
    """Bytes that the store holds once for every record: its resource, its scope, its metric's name."""
    trace_id: Callable[[Any], str] = lambda request: ""
    """One trace of a request, in hex; '' when it has none."""

    @property
    def path(self) -> str:
        return f"/v1/{self.name}"

    @property
    def rejected_field(self) -> str:
        """The member of partial_success that counts what was left out."""
        return f"rejected_{self.unit}"

    @property
    def title(self) -> str:
        """`unit` in a sentence."""
        return self.unit.replace("_", " ")
