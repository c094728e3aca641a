"""Spans in, rows out: through admission and the store's views, as the collector does it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from spanglass_collector.admit.request import admit_protobuf
from spanglass_collector.commit.block import Block
from spanglass_collector.store import ClickHouseStore
from tests.otlp_samples import make_request, make_span

Row = dict[str, Any]
RowsOf = Callable[[Sequence[Span]], list[Row]]
JSON_COLUMNS = ("InputMessages", "OutputMessages", "SystemInstructions", "ToolDefinitions", "Documents")


@dataclass(frozen=True)
class Example:
    """A span's attributes and the columns they mean; JSON columns are given as values."""

    what: str
    attributes: Mapping[str, Any]
    columns: Mapping[str, Any]


@pytest.fixture
def rows_of(store: ClickHouseStore) -> RowsOf:
    """Rows of spans, in the order they were given."""

    def insert(spans: Sequence[Span]) -> list[Row]:
        Block([admit_protobuf(make_request(spans).SerializeToString(), "default", 1)]).insert_into(store)
        result = store.query("SELECT * FROM spans")
        rows = {
            row["SpanId"]: row for row in (dict(zip(result.column_names, r, strict=True)) for r in result.result_rows)
        }
        return [rows[span.span_id.hex()] for span in spans]

    return insert


def check(examples: Sequence[Example], rows_of: RowsOf) -> None:
    """All examples at once: a store costs more than a hundred spans."""
    rows = rows_of([make_span(example.attributes) for example in examples])
    differences = [
        (example.what, column, got, said)
        for example, row in zip(examples, rows, strict=True)
        for column, said in example.columns.items()
        if (got := _value(column, row[column])) != said
    ]
    assert differences == []


def _value(column: str, value: Any) -> Any:
    return json.loads(value) if column in JSON_COLUMNS and value else value
