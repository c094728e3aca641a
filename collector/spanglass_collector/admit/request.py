"""One export request on its way to the store.

No Python loop runs over records: upb checks the wire format, ids are checked by C-level passes, and only a request that
holds nested attribute values or a wrong id is taken apart.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from google.protobuf.message import DecodeError, Message

from spanglass_collector.admit.nested import flatten_nested_values, may_hold_nested_values
from spanglass_collector.admit.otlp_json import decode_json
from spanglass_collector.admit.signal import Signal
from spanglass_collector.admit.stamp import stamp
from spanglass_collector.admit.traces import TRACES
from spanglass_collector.errors import Rejected

REPEATED_BYTES = 256 << 20
"""A resource of 2 KiB, as on Kubernetes, in 100,000 spans; the engine takes about three times as much memory."""
HEAVY_RATIO = 32
"""Senders' data points, which are small, grow twenty-fold under such a resource."""
LIGHT_BYTES = 512 << 10
"""Never heavy: such a request is at least some kilobytes large, so that a block of them stays within bounds."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request fit for storage. `body` is the stamped wire format; the digest names what the sender sent."""

    body: bytes
    digest: bytes
    records: int
    """Spans, log records or data points that will be stored."""
    rejected: int = 0
    message: str = ""
    trace_id: str = ""
    """One of its traces, in hex: what shows the request in a trace view."""
    signal: Signal = TRACES
    repeated_bytes: int = 0
    """What the store holds once for every record, all records together."""

    @property
    def is_heavy(self) -> bool:
        """Whether it grows so much when it is stored that it must be an insert of its own."""
        return self.repeated_bytes > max(LIGHT_BYTES, HEAVY_RATIO * len(self.body))


def admit_protobuf(raw: bytes, project: str, received_at_ns: int, signal: Signal = TRACES) -> Admitted:
    """Check a binary request. Raises Rejected when nothing in it can be stored."""
    try:
        request = signal.request_type.FromString(raw)
    except DecodeError as error:
        raise Rejected(f"the body is no {signal.request_type.DESCRIPTOR.name}: {error}") from error
    return _Admission(signal, project, received_at_ns).admit(request, raw, raw)


def admit_json(raw: bytes, project: str, received_at_ns: int, signal: Signal = TRACES) -> Admitted:
    """Check an OTLP/JSON request. Raises Rejected when nothing in it can be stored."""
    request = decode_json(raw, signal)
    return _Admission(signal, project, received_at_ns).admit(request, request.SerializeToString(), raw)


@dataclass(frozen=True, slots=True)
class _Admission:
    signal: Signal
    project: str
    received_at_ns: int

    def admit(self, request: Message, wire: bytes, sent: bytes) -> Admitted:
        """`wire` is the request's binary form, `sent` what came over the network."""
        total = self.signal.count(request)
        rejected = self.signal.drop_invalid(request)
        if rejected:
            wire = request.SerializeToString()
            if rejected == total:
                raise Rejected(f"none of the {total} {self.signal.title} is valid: {self.signal.invalid}")
        repeated_bytes = self.signal.repeated_bytes(request)
        if repeated_bytes > REPEATED_BYTES:
            raise Rejected(
                f"resources and scopes, stored with each of {total} {self.signal.title}, take {repeated_bytes} bytes, "
                f"more than {REPEATED_BYTES}; send fewer at once, or smaller resources"
            )
        if may_hold_nested_values(wire) and flatten_nested_values(self.signal.values(request)):
            wire = request.SerializeToString()
        digest = self._digest(sent)
        body = wire + stamp(self.project, self.received_at_ns, digest)
        message = self._message(rejected, total)
        trace_id = self.signal.trace_id(request)
        return Admitted(body, digest, total - rejected, rejected, message, trace_id, self.signal, repeated_bytes)

    def _digest(self, sent: bytes) -> bytes:
        name = f"{self.signal.name}\0{self.project}\0".encode()
        return hashlib.sha256(name + sent).digest()[:16]

    def _message(self, rejected: int, total: int) -> str:
        if not rejected:
            return ""
        return f"{rejected} of {total} {self.signal.title} were rejected: {self.signal.invalid}"
