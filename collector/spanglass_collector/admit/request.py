"""One export request on its way to the store.

No Python loop runs over spans: upb checks the wire format, ids are checked by C-level passes, and only a request that
holds nested attribute values or a wrong id is taken apart.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spanglass_collector.admit.identity import count_spans, drop_invalid_spans, has_invalid_ids
from spanglass_collector.admit.nested import flatten_nested_values, may_hold_nested_values
from spanglass_collector.admit.otlp_json import decode_json
from spanglass_collector.admit.stamp import stamp
from spanglass_collector.errors import Rejected

INVALID_ID = "span ids must be 8 bytes and trace ids 16 bytes, neither all zero"


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request fit for storage. `body` is the stamped wire format; the digest names what the sender sent."""

    body: bytes
    digest: bytes
    spans: int
    rejected: int = 0
    message: str = ""
    trace_id: str = ""
    """One of its traces, in hex: what shows the request in a trace view."""


def admit_protobuf(raw: bytes, project: str, received_at_ns: int) -> Admitted:
    """Check a binary request. Raises Rejected when nothing in it can be stored."""
    try:
        request = ExportTraceServiceRequest.FromString(raw)
    except DecodeError as error:
        raise Rejected(f"the body is no ExportTraceServiceRequest: {error}") from error
    return _admit(request, raw, raw, project, received_at_ns)


def admit_json(raw: bytes, project: str, received_at_ns: int) -> Admitted:
    """Check an OTLP/JSON request. Raises Rejected when nothing in it can be stored."""
    request = decode_json(raw)
    return _admit(request, request.SerializeToString(), raw, project, received_at_ns)


def _admit(request: ExportTraceServiceRequest, wire: bytes, sent: bytes, project: str, received_at_ns: int) -> Admitted:
    total = count_spans(request)
    rejected = 0
    if has_invalid_ids(request):
        rejected = drop_invalid_spans(request)
        wire = request.SerializeToString()
        if rejected == total:
            raise Rejected(f"none of the {total} spans has valid ids: {INVALID_ID}")
    if may_hold_nested_values(wire) and flatten_nested_values(request):
        wire = request.SerializeToString()
    digest = hashlib.sha256(project.encode() + b"\0" + sent).digest()[:16]
    body = wire + stamp(project, received_at_ns, digest)
    message = f"{rejected} of {total} spans were rejected: {INVALID_ID}" if rejected else ""
    return Admitted(body, digest, total - rejected, rejected, message, _first_trace_id(request))


def _first_trace_id(request: ExportTraceServiceRequest) -> str:
    spans = (span for r in request.resource_spans for scope in r.scope_spans for span in scope.spans)
    return next((span.trace_id.hex() for span in spans), "")
