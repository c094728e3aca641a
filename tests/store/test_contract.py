"""One suite over every way to the store: the engine in the process, and HTTP through the SQL endpoint."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest

from spanglass_collector.admit.request import admit_protobuf
from spanglass_collector.background import BackgroundCollector
from spanglass_collector.commit.block import Block
from spanglass_collector.errors import ConfigurationError, StoreRefused, StoreUnavailable
from spanglass_collector.store import ClickHouseStore, StoreUrl, open_store
from spanglass_collector.store.migrate import migrate, pending
from tests.otlp_samples import make_request, make_span

_numbers = itertools.count(1)


@pytest.fixture(params=["embedded", "endpoint"])
def url(request: pytest.FixtureRequest, chdb_path: Path, shared_collector: BackgroundCollector) -> StoreUrl:
    database = f"contract_{next(_numbers)}"
    if request.param == "embedded":
        return StoreUrl.parse(f"chdb://{chdb_path}?database={database}")
    return StoreUrl.parse(shared_collector.endpoints.store_url.rpartition("/")[0] + f"/{database}")


@pytest.fixture
def opened(url: StoreUrl) -> Iterator[ClickHouseStore]:
    with open_store(url, create_database=True) as store:
        migrate(store, url)
        yield store
        store.command(f"DROP DATABASE `{url.database}`")


def _block(*spans: object) -> Block:
    raw = make_request(spans).SerializeToString()  # type: ignore[arg-type]
    return Block([admit_protobuf(raw, "default", 1)])


def test_migrating_twice_changes_nothing(opened: ClickHouseStore, url: StoreUrl) -> None:
    """The second migration finds nothing to do."""
    assert migrate(opened, url) == []
    assert pending(opened, url) == []


def test_a_block_of_otlp_becomes_rows(opened: ClickHouseStore) -> None:
    """ClickHouse decodes the request: one span in, one row with its attributes out."""
    span = make_span({"gen_ai.request.model": "gpt-4o", "gen_ai.usage.input_tokens": 7})
    _block(span).insert_into(opened)
    rows = opened.query("SELECT TraceId, RequestModel, InputTokens, Kind FROM spans").result_rows
    assert list(rows) == [(span.trace_id.hex(), "gpt-4o", 7, "llm")]


def test_a_block_inserted_twice_is_stored_once(opened: ClickHouseStore) -> None:
    """An insert repeated with its token adds nothing, neither rows nor rollups."""
    block = _block(make_span({"gen_ai.request.model": "m"}))
    block.insert_into(opened)
    block.insert_into(opened)
    assert opened.query("SELECT count() FROM spans").result_rows[0][0] == 1
    assert opened.query("SELECT sum(Calls) FROM usage_1m").result_rows[0][0] == 1


def test_one_span_in_two_blocks_is_seen_once(opened: ClickHouseStore) -> None:
    """A sender that regroups spans before it sends them again makes no duplicates."""
    span = make_span()
    _block(span).insert_into(opened)
    _block(span, make_span()).insert_into(opened)
    assert opened.query("SELECT count() FROM spans").result_rows[0][0] == 2


def test_equal_rows_without_token_are_all_kept(opened: ClickHouseStore) -> None:
    """Rows that rightly repeat are not taken for a retry."""
    opened.command(
        "CREATE TABLE beats (n UInt8) ENGINE = MergeTree ORDER BY n SETTINGS non_replicated_deduplication_window = 10"
    )
    for _ in range(3):
        opened.insert("beats", [[1]], ["n"])
    assert opened.query("SELECT count() FROM beats").result_rows[0][0] == 3


def test_rows_come_back_as_they_were_written(opened: ClickHouseStore) -> None:
    """Values, NULLs and times survive the way in and out."""
    at = datetime(2026, 1, 2, 3, 4, 5, 678900, tzinfo=timezone.utc)
    opened.insert(
        "scores",
        [["p", at, "span", "ab", "cd", at, "toxicity", None, "x", "why ' \\ \n"]],
        [
            "Project",
            "ScoredAt",
            "TargetKind",
            "TraceId",
            "SpanId",
            "TargetTime",
            "Name",
            "Value",
            "Label",
            "Explanation",
        ],
    )
    result = opened.query(
        "SELECT Value, Explanation, ScoredAt FROM scores WHERE Name = {name:String}", {"name": "toxicity"}
    )
    assert result.column_names == ("Value", "Explanation", "ScoredAt")
    value, explanation, scored_at = result.result_rows[0]
    assert (value, explanation) == (None, "why ' \\ \n")
    assert scored_at.replace(tzinfo=timezone.utc) == at


def test_an_empty_result_names_its_columns(opened: ClickHouseStore) -> None:
    """No rows is an answer, too."""
    result = opened.query("SELECT TraceId, Duration FROM spans WHERE TraceId = 'none'")
    assert result.column_names == ("TraceId", "Duration")
    assert list(result.result_rows) == []


def test_a_refused_statement_is_told_apart_from_an_absent_store(opened: ClickHouseStore) -> None:
    """Retrying a statement that the engine refused is useless; the error says so."""
    with pytest.raises(StoreRefused, match="no_such_table"):
        opened.query("SELECT * FROM no_such_table")
    assert opened.query("SELECT 1").result_rows[0][0] == 1


def test_a_server_that_is_not_there_is_unavailable() -> None:
    """A closed port is a reason to try again later."""
    with pytest.raises(StoreUnavailable):
        open_store("clickhouse://127.0.0.1:1/spanglass")


@pytest.mark.parametrize(
    "text", ["", "chdb:", "postgres://x/y", "/some/path", "clickhouse:///db", "clickhouse://h:xx", "chdb://["]
)
def test_a_wrong_url_says_what_is_right(text: str) -> None:
    """The message shows both forms."""
    with pytest.raises(ConfigurationError, match="chdb:///path/to/data"):
        StoreUrl.parse(text)


def test_a_url_never_shows_its_password() -> None:
    """Neither str nor repr nor the error text."""
    url = StoreUrl.parse("clickhouse://me:secret@host:8123/db")
    assert "secret" not in f"{url} {url!r}"
    token = uuid.uuid4().hex
    with pytest.raises(ConfigurationError) as caught:
        StoreUrl.parse(f"mysql://me:{token}@host/db")
    assert token not in str(caught.value)
