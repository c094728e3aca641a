"""Attribute values of every shape, in every signal and both encodings: stored as a plain decoder reads them."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from spanglass_collector.admit.data_points import METRICS
from spanglass_collector.admit.logs import LOGS
from spanglass_collector.admit.request import Admitted, admit_json, admit_protobuf
from spanglass_collector.admit.signal import Signal
from spanglass_collector.admit.traces import TRACES
from spanglass_collector.commit.block import Block
from spanglass_collector.errors import Rejected
from spanglass_collector.store import ClickHouseStore
from spanglass_collector.varint import encode_varint
from tests.otlp_samples import START_NS, any_value, make_request, make_span
from tests.signals.reference import same
from tests.signals.samples import key_values, logs_request, make_record, metrics_request

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.text(max_size=12),
    st.binary(max_size=12),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)
EDGES: list[Any] = [
    None, "", 0, False, 0.0, -0.0, b"", [], {}, [None], [[]], [{}], {"": None}, {"a": {"c": [b"\xff", math.nan]}},
    math.nan, math.inf, -math.inf, 5e-324, 1.7976931348623157e308, 2**63 - 1, -(2**63), "\x00", "\u2028", "\U0010ffff",
    [1, "a", True, 0.5, None, b"x"], [math.inf], {"$numberLong": "1"}, "{\"looks\":\"like json\"}",
]  # fmt: skip


def _attributes(found: list[Any]) -> dict[str, Any]:
    return {f"k{number}": value for number, value in enumerate(found)}


def _spans(found: list[Any]) -> Any:
    return make_request([make_span(_attributes(found))])


def _logs(found: list[Any]) -> Any:
    return logs_request(make_record(attributes=_attributes(found), body=found[0]))


def _points(found: list[Any]) -> Any:
    metric = Metric(name="g")
    metric.gauge.data_points.add(as_int=1, time_unix_nano=START_NS, attributes=key_values(_attributes(found)))
    return metrics_request(metric)


SIGNALS: list[tuple[Signal, Callable[[list[Any]], Any], str]] = [
    (TRACES, _spans, "SELECT SpanAttributes FROM spans"),
    (LOGS, _logs, "SELECT LogAttributes FROM otel_logs"),
    (METRICS, _points, "SELECT Attributes FROM otel_metrics_gauge"),
]


def _as_json(request: Any, signal: Signal) -> bytes:
    document = MessageToDict(request)
    for holder in signal.id_holders(document):
        for name in ("traceId", "spanId"):
            if name in holder:
                holder[name] = base64.b64decode(holder[name]).hex().upper()
    return orjson.dumps(document)


def _admit(request: Any, signal: Signal, encoding: str) -> Admitted:
    if encoding == "json":
        return admit_json(_as_json(request, signal), "default", START_NS, signal)
    return admit_protobuf(request.SerializeToString(), "default", START_NS, signal)


@pytest.mark.parametrize("encoding", ["protobuf", "json"])
@pytest.mark.parametrize(("signal", "make", "question"), SIGNALS)
@given(found=st.lists(values, min_size=1, max_size=5))
@example(found=EDGES)
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_stored_is_what_a_plain_decoder_reads(
    migrated: ClickHouseStore,
    signal: Signal,
    make: Callable[[list[Any]], Any],
    question: str,
    encoding: str,
    found: list[Any],
) -> None:
    """Every key is there, and every value reads back from its text."""
    migrated.command(f"TRUNCATE TABLE {question.split()[-1]}")
    Block([_admit(make(found), signal, encoding)]).insert_into(migrated)
    ((stored,),) = migrated.query(question).result_rows
    wrong = {
        key: (stored.get(key), value)
        for key, value in _attributes(found).items()
        if key not in stored or not same(stored[key], any_value(value))
    }
    assert wrong == {}
    assert set(stored) == set(_attributes(found))


def test_a_log_body_is_stored_as_a_plain_decoder_reads_it(store: ClickHouseStore) -> None:
    """The one value that is no attribute, over all edges."""
    records = [make_record(body=value, time_unix_nano=START_NS + i) for i, value in enumerate(EDGES)]
    Block([_admit(logs_request(*records), LOGS, "protobuf")]).insert_into(store)
    bodies = [row[0] for row in store.query("SELECT Body FROM otel_logs ORDER BY Timestamp").result_rows]
    assert [v for body, v in zip(bodies, EDGES, strict=True) if not same(body, any_value(v))] == []


def _field(number: int, value: bytes) -> bytes:
    return encode_varint(number << 3 | 2) + encode_varint(len(value)) + value


def _deep_request(depth: int) -> bytes:
    """An attribute of arrays in arrays, written by hand: Protobuf's own library refuses to."""
    value = AnyValue(string_value="x").SerializeToString()
    for _ in range(depth):
        value = _field(5, _field(1, value))
    attribute = _field(1, b"deep") + _field(2, value)
    span = make_span().SerializeToString() + _field(9, attribute)
    return _field(1, _field(2, _field(2, span)))


def test_nesting_is_bounded_and_never_a_fault_of_ours() -> None:
    """What Protobuf's own limit of 100 messages allows is taken; deeper is the sender's error."""
    assert admit_protobuf(_deep_request(20), "p", 1).records == 1
    with pytest.raises(Rejected):
        admit_protobuf(_deep_request(400), "p", 1)
    deep = b'{"arrayValue":{"values":[' * 400 + b'{"stringValue":"x"}' + b"]}}" * 400
    body = b'{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[{"key":"k","value":%s}]}]}]}]}' % deep
    with pytest.raises(Rejected):
        admit_json(body, "p", 1)


@pytest.mark.parametrize("signal", [TRACES, LOGS, METRICS], ids=lambda signal: signal.name)
def test_text_that_is_no_utf_8_is_the_senders_error(signal: Signal) -> None:
    """OTLP's strings are UTF-8: such a request is answered 400, as a whole, and says so."""
    make = {make_signal.name: make for make_signal, make, _ in SIGNALS}[signal.name]
    raw = make(["replace-me"]).SerializeToString().replace(b"replace-me", b"replace-\xff\xfe")
    with pytest.raises(Rejected):
        admit_protobuf(raw, "p", 1, signal)


def test_of_a_key_sent_twice_the_first_value_stands(store: ClickHouseStore) -> None:
    """OTLP forbids it and senders do it: nothing fails, and readers meet the first."""
    span = make_span({"k": "first"})
    span.attributes.add(key="k").value.string_value = "second"
    Block([_admit(make_request([span]), TRACES, "protobuf")]).insert_into(store)
    assert store.query("SELECT SpanAttributes['k'] FROM spans").result_rows[0][0] == "first"


def test_json_is_read_leniently(store: ClickHouseStore) -> None:
    """Enum names, numbers for 64-bit integers, snake_case, null, unknown fields and url-safe base64."""
    record = {
        "time_unix_nano": START_NS,
        "severityNumber": "SEVERITY_NUMBER_WARN",
        "observedTimeUnixNano": None,
        "traceId": "5B8EFFF798038103D269B633813FC60C",
        "span_id": "eee19b7ec3c1b174",
        "unknown": {"x": 1},
        "body": {"bytesValue": "_-8="},
        "attributes": [{"key": "n", "value": {"intValue": 5}}, {"key": "m", "value": {"intValue": "-6"}}],
    }
    body = orjson.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]})
    Block([admit_json(body, "default", START_NS, LOGS)]).insert_into(store)
    rows = store.query("SELECT TraceId, SpanId, SeverityNumber, Body, LogAttributes FROM otel_logs").result_rows
    assert list(rows) == [("5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174", 13, "/+8=", {"n": "5", "m": "-6"})]
