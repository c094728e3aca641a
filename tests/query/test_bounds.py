"""What a reader sends costs no more than its size: the collector's event loop and memory are everybody's."""

from __future__ import annotations

import gzip
import resource
import sys
import time
import zlib

import httpx
import lz4.frame
import pytest

from spanglass_collector.background import BackgroundCollector
from spanglass_collector.query.guard import Forbidden, check_reader_statement
from spanglass_collector.query.statement import Statement, result_format, split_format

SIZE = 256 * 1024
"""The longest statement that ClickHouse takes by default."""


@pytest.fixture(scope="module")
def base(shared_collector: BackgroundCollector) -> str:
    return f"http://{shared_collector.endpoints.sql}/"


def _statement(sql: str) -> Statement:
    return Statement(sql, "TSV", "spanglass", {}, {})


@pytest.mark.parametrize("unit", ["\\'", "'\\", "`\\", '\\"', "/*a"])
def test_quotes_and_comments_that_never_end_are_read_once(unit: str) -> None:
    """Looking for the end from every one of them took minutes, while nothing was received."""
    began = time.process_time()
    with pytest.raises(Forbidden, match="not closed"):
        check_reader_statement(_statement("SELECT " + unit * (SIZE // len(unit))), ["file"])
    assert time.process_time() - began < 5


@pytest.mark.parametrize("tail", [" " * SIZE + "x", " ; " * (SIZE // 3) + "x", " FORMAT" * (SIZE // 7) + "!"])
def test_the_format_is_found_at_once(tail: str) -> None:
    """Blanks between FORMAT's name and what is no end were tried in all lengths, on the event loop."""
    began = time.process_time()
    assert result_format(_statement("SELECT 1 FORMAT CSV" + tail)) == "TSV"
    assert time.process_time() - began < 1


@pytest.mark.parametrize("end", ["", " ", ";", " ; \n;", "\n"])
def test_what_may_follow_the_format(end: str) -> None:
    """Blanks and semicolons, as clients send them."""
    assert split_format(f"SELECT 1\nformat  JSONEachRow{end}") == ("SELECT 1\n", "JSONEachRow")
    assert split_format(f"SELECT 'FORMAT CSV'{end}")[1] == ""


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd", "lz4"])
def test_a_statement_that_grows_when_unpacked_is_cut(base: str, encoding: str) -> None:
    """A megabyte on the wire is no gigabyte here."""
    packed = _packed(encoding, b" " * (1 << 30))
    before = _peak_bytes()
    answer = httpx.post(base, content=packed, headers={"Content-Encoding": encoding}, timeout=60)
    assert answer.status_code == 400
    assert "after decompression" in answer.text
    assert _peak_bytes() - before < 400 << 20


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd", "lz4"])
def test_a_packed_statement_is_run(base: str, encoding: str) -> None:
    """In every encoding that ClickHouse's clients use."""
    packed = _packed(encoding, b"SELECT 6 * 7")
    assert httpx.post(base, content=packed, headers={"Content-Encoding": encoding}).text == "42\n"


def test_a_form_is_no_larger_than_a_body(base: str) -> None:
    """Its parts were bounded one by one, its files not at all."""
    files = [("a", b"x" * (40 << 20)), ("b", ("name", b"x" * (40 << 20)))]
    answer = httpx.post(base, files=files, timeout=60)
    assert answer.status_code == 400
    assert "larger than" in answer.text


NO_NAME = b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--\r\n"


@pytest.mark.parametrize("body", [NO_NAME, b"\0", b"--y\r\n"])
def test_a_broken_form_is_a_400(base: str, body: bytes) -> None:
    """Whoever sent it hears what is wrong."""
    answer = httpx.post(base, content=body, headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert answer.status_code == 400


def _packed(encoding: str, data: bytes) -> bytes:
    if encoding == "zstd":
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
        return bytes(zstd.compress(data))
    packers = {"gzip": lambda: gzip.compress(data, 1), "deflate": lambda: zlib.compress(data, 1)}
    return packers[encoding]() if encoding in packers else bytes(lz4.frame.compress(data))


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
