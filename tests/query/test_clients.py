"""The endpoint as real clients use it: clickhouse-connect, plain HTTP, and clickhouse-go's handshake."""

from __future__ import annotations

import gzip
import struct

import clickhouse_connect
import httpx
import pytest

from spanglass_collector.background import BackgroundCollector
from spanglass_collector.query.native import empty_block, handshake_block

EVERY_TYPE = """
SELECT toUInt8(1) AS a, toInt64(-5) AS b, 1.5 AS c, 'text' AS d, toLowCardinality('lc') AS e,
       NULL::Nullable(Int32) AS f, map('k', 'v') AS g, [1, 2] AS h, tuple(1, 'x') AS i,
       toDateTime64('2026-01-02 03:04:05.123456789', 9, 'UTC') AS j,
       toUUID('00000000-0000-0000-0000-000000000001') AS k, toDecimal64('1.25', 2) AS l, [map('a', 'b')] AS m
FROM numbers(3)
"""


@pytest.fixture(scope="module")
def port(shared_collector: BackgroundCollector) -> int:
    assert shared_collector.endpoints.sql
    return shared_collector.endpoints.sql.port


def test_clickhouse_connect_reads_every_type(port: int) -> None:
    """Values arrive as a server would send them."""
    client = clickhouse_connect.get_client(host="127.0.0.1", port=port)
    rows = client.query(EVERY_TYPE).result_rows
    assert len(rows) == 3
    assert rows[0][:9] == (1, -5, 1.5, "text", "lc", None, {"k": "v"}, [1, 2], (1, "x"))
    client.close()


def test_clickhouse_connect_binds_parameters(port: int) -> None:
    """Server-side parameters travel in the URL."""
    client = clickhouse_connect.get_client(host="127.0.0.1", port=port)
    assert client.query("SELECT {a:String}, {b:Int32} + 1", {"a": "it's \\", "b": 2}).result_rows == [("it's \\", 3)]
    client.close()


def test_clickhouse_connect_sends_long_parameters(port: int) -> None:
    """What does not fit a URL travels as a form."""
    client = clickhouse_connect.get_client(host="127.0.0.1", port=port)
    names = [f"{i:032x}" for i in range(2000)]
    assert client.query("SELECT length({names:Array(String)})", {"names": names}).result_rows == [(2000,)]
    client.close()


def test_formats_and_parameters_over_plain_http(port: int) -> None:
    """curl's way: query in the URL or the body, default_format, FORMAT, param_x, database."""
    http = httpx.Client(base_url=f"http://127.0.0.1:{port}")
    assert http.get("/", params={"query": "SELECT 1 AS a FORMAT JSONEachRow"}).json() == {"a": 1}
    assert http.post("/", params={"query": "SELECT 1 +"}, content="2").text == "3\n"
    assert http.get("/", params={"query": "SELECT {x:UInt8}", "param_x": "7", "default_format": "CSV"}).text == "7\n"
    assert http.get("/", params={"query": "SELECT currentDatabase()"}).text == "shared\n"
    assert http.get("/ping").text == http.get("/").text == "Ok.\n"


def test_errors_carry_code_and_text(port: int) -> None:
    """Clients look at the header, people at the text."""
    answer = httpx.post(f"http://127.0.0.1:{port}/", content="SELEC 1")
    assert answer.headers["x-clickhouse-exception-code"] == "164"
    answer = httpx.post(f"http://127.0.0.1:{port}/", content="SELECT nope")
    assert answer.headers["x-clickhouse-exception-code"] == "47"
    assert answer.text.startswith("Code: 47. DB::Exception:")


def test_results_are_gzipped_on_request(port: int) -> None:
    """Grafana's HTTP protocol asks for it."""
    parameters = {"query": "SELECT number FROM numbers(2000)", "enable_http_compression": "1"}
    with httpx.stream(
        "GET", f"http://127.0.0.1:{port}/", params=parameters, headers={"Accept-Encoding": "gzip"}
    ) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw).startswith(b"0\n1\n")


def test_the_handshake_of_clickhouse_go(port: int) -> None:
    """It gets BlockInfo, and a revision of 0 that selects plain Native blocks from then on."""
    answer = httpx.post(
        f"http://127.0.0.1:{port}/",
        params={"client_protocol_version": "54460", "default_format": "Native"},
        content="SELECT displayName(), version(), revision(), timezone()",
    )
    assert answer.content.startswith(bytes((1, 0, 2, 255, 255, 255, 255, 0, 4, 1)))
    assert b"revision()\x06UInt32\x00" + struct.pack("<I", 0) in answer.content


def test_an_empty_native_result_has_a_header(port: int) -> None:
    """chDB sends no bytes at all; the endpoint adds the names and types."""
    answer = httpx.post(f"http://127.0.0.1:{port}/", content="SELECT 1 AS a, 'x' AS b WHERE 0 FORMAT Native")
    assert answer.content == empty_block([("a", "UInt8"), ("b", "String")])


def test_blocks_are_laid_out_as_documented() -> None:
    """Column count, row count, then name and type of each column."""
    assert empty_block([("a", "UInt8")]) == b"\x01\x00\x01a\x05UInt8"
    assert handshake_block("n", "v", "UTC").endswith(b"\x0atimezone()\x06String\x00\x03UTC")
