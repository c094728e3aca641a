"""An insert that reached some of its tables: the next try, under its token, fills the others and adds nothing."""

from __future__ import annotations

import time

import pytest

from spanglass_collector.admit.request import admit_protobuf
from spanglass_collector.commit.block import Block
from spanglass_collector.errors import StoreError
from spanglass_collector.store import ClickHouseStore
from tests.otlp_samples import make_request, make_span


def rows(store: ClickHouseStore) -> list[int]:
    """Spans as stored, digests, calls in the rollup, traces."""
    tables = ("count() FROM spans", "count() FROM otlp_requests", "sum(Calls) FROM usage_1m")
    return [int(store.query(f"SELECT {what} SETTINGS final = 0").result_rows[0][0]) for what in tables]


@pytest.mark.parametrize("broken", ["spans", "otlp_requests", "usage_1m", "spans_trace_id_ts"])
def test_a_retry_heals_what_an_insert_left_undone(store: ClickHouseStore, broken: str) -> None:
    """Whichever table failed: after the retry each has its row, once."""
    request = admit_protobuf(make_request([make_span()]).SerializeToString(), "default", time.time_ns())
    block = Block([request])
    store.command(f"ALTER TABLE {broken} ADD CONSTRAINT broken CHECK rand() = -1")
    with pytest.raises(StoreError):
        block.insert_into(store)
    assert rows(store) != [1, 1, 1]
    store.command(f"ALTER TABLE {broken} DROP CONSTRAINT broken")
    for _ in range(2):
        block.insert_into(store)
    assert rows(store) == [1, 1, 1]


def test_a_digest_is_never_stored_before_its_spans(store: ClickHouseStore) -> None:
    """Or a kill in between would have the sender's retry acknowledged as a repetition, and the spans lost."""
    request = admit_protobuf(make_request([make_span()]).SerializeToString(), "default", time.time_ns())
    store.command("ALTER TABLE spans ADD CONSTRAINT broken CHECK rand() = -1")
    with pytest.raises(StoreError):
        Block([request]).insert_into(store)
    assert rows(store) == [0, 0, 0]
