"""Admission: what is let in, what is left out, and what is told."""

from __future__ import annotations

import base64
import contextlib
import json
import math
from typing import Any

import orjson
import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spanglass_collector.admit.nested import as_json, flatten_nested_values, may_hold_nested_values
from spanglass_collector.admit.request import admit_json, admit_protobuf
from spanglass_collector.admit.traces import TRACES
from spanglass_collector.errors import Rejected
from tests.otlp_samples import any_value, make_request, make_span

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.just(math.nan),  # one NaN: JSON cannot tell its many bit patterns apart
    st.text(max_size=20),
    st.binary(max_size=20),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def _plain(value: Any) -> Any:
    """What JSON can say of a value: the reference that `as_json` is held against."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _is_nested(value: Any) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(item, (list, dict)) for item in value)
    )


@given(values)
def test_nested_values_become_faithful_json(value: Any) -> None:
    """Every AnyValue reads back from its JSON text as what it was."""
    assert json.loads(as_json(any_value(value))) == _plain(value)


@given(st.lists(values, max_size=4))
@settings(max_examples=200)
def test_the_scan_never_overlooks_a_nested_value(found: list[Any]) -> None:
    """What the byte scan calls flat has nothing to flatten."""
    request = make_request([make_span({f"k{i}": value for i, value in enumerate(found)})])
    scanned = may_hold_nested_values(request.SerializeToString())
    assert scanned >= any(_is_nested(value) for value in found)
    assert flatten_nested_values(TRACES.values(request)) == sum(map(_is_nested, found))


def test_markdown_in_prompts_does_not_look_nested() -> None:
    """Newlines and digits in texts must not send requests down the slow path."""
    text = "\n".join(f"{i}. step\n2 more\n*2*\r\n2" for i in range(500))
    assert not may_hold_nested_values(make_request([make_span({"t": text})]).SerializeToString())


@given(st.lists(st.dictionaries(st.text(min_size=1, max_size=8), values, max_size=4), min_size=1, max_size=3))
@settings(max_examples=100, deadline=None)
def test_both_encodings_store_the_same(attribute_sets: list[dict[str, Any]]) -> None:
    """OTLP/JSON and binary of one request end as the same bytes for the store."""
    request = make_request([make_span(attributes) for attributes in attribute_sets])
    binary = admit_protobuf(request.SerializeToString(), "p", 1).body
    as_json_request = admit_json(_otlp_json(request), "p", 1).body
    assert _unstamped(as_json_request) == _unstamped(binary)


def _otlp_json(request: ExportTraceServiceRequest) -> bytes:
    document = MessageToDict(request)
    for resource in document["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                for name in ("traceId", "spanId"):
                    span[name] = base64.b64decode(span[name]).hex().upper()
    return orjson.dumps(document)


def _unstamped(body: bytes) -> bytes:
    """Without our stamp, serialised: NaN differs from itself only as a number."""
    request = ExportTraceServiceRequest.FromString(body)
    request.DiscardUnknownFields()
    return request.SerializeToString(deterministic=True)


def test_spans_with_wrong_ids_are_left_out_and_counted() -> None:
    """Neighbours of a bad span are kept, and the sender is told how many were not."""
    spans = [make_span(), make_span(trace_id=b"short"), make_span(span_id=bytes(8)), make_span()]
    admitted = admit_protobuf(make_request(spans).SerializeToString(), "default", 1)
    assert (admitted.records, admitted.rejected) == (2, 2)
    assert "2 of 4 spans" in admitted.message


def test_logs_posted_as_traces_are_refused() -> None:
    """A logs request decodes as spans without ids; none of it can be meant as traces."""
    logs = ExportLogsServiceRequest()
    logs.resource_logs.add().scope_logs.add().log_records.add(severity_text="INFO").body.string_value = "hello"
    with pytest.raises(Rejected, match="ids must be"):
        admit_protobuf(logs.SerializeToString(), "default", 1)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'"x"',
        b'{"resourceSpans": 3}',
        b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":[1]}]}]}]}',
    ],
)
def test_wrong_json_is_refused_with_a_reason(body: bytes) -> None:
    """Whatever is wrong with the document, the answer is Rejected, never another exception."""
    with pytest.raises(Rejected, match="the body is no"):
        admit_json(body, "default", 1)


@given(st.binary(max_size=300))
@settings(max_examples=300)
def test_garbage_never_breaks_admission(body: bytes) -> None:
    """Any bytes are admitted or Rejected, in both encodings."""
    for admit in (admit_protobuf, admit_json):
        with contextlib.suppress(Rejected):
            admit(body, "default", 1)


def test_a_sender_cannot_choose_its_project() -> None:
    """Our stamp comes last, and the last value of a field wins."""
    from spanglass_collector.admit.stamp import stamp

    forged = make_request([make_span()]).SerializeToString() + stamp("other", 5, b"x")
    body = admit_protobuf(forged, "mine", 7).body
    assert body.rindex(b"mine") > body.rindex(b"other")


def test_an_empty_request_is_fine() -> None:
    """No spans is no error."""
    assert admit_protobuf(b"", "default", 1).records == 0
    assert admit_json(b"{}", "default", 1).records == 0
