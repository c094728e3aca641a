"""What readers may not do, tried against the real engine through the real endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from spanglass_collector.background import BackgroundCollector
from spanglass_collector.query.guard import Forbidden, check_reader_statement

ATTACKS = [
    "INSERT INTO spans (SpanName) VALUES ('x')",
    "DROP TABLE spans",
    "TRUNCATE TABLE spans",
    "ALTER TABLE spans DELETE WHERE 1",
    "DELETE FROM spans WHERE 1",
    "CREATE TABLE x (a Int8) ENGINE = Memory",
    "CREATE TEMPORARY TABLE x (a Int8)",
    "SET readonly = 0",
    "SELECT 1 SETTINGS readonly = 0",
    "SELECT 1 SETTINGS max_execution_time = 0",
    "USE system",
    "KILL QUERY WHERE 1",
    "SYSTEM SHUTDOWN",
    "SELECT 1; DROP TABLE spans",
    "SELECT 1 INTO OUTFILE '{out}'",
    "SELECT 1 /* */ INTO /* */ OUTFILE '{out}'",
    "INSERT INTO FUNCTION file('{out}', 'TSV', 'a Int8') VALUES (1)",
    "SELECT * FROM file('{secret}', 'LineAsString')",
    "SELECT file('{secret}')",
    "SELECT FILE('{secret}')",
    "SELECT `file`('{secret}')",
    "SELECT \"file\"('{secret}')",
    "SELECT file /* x */ ('{secret}')",
    "SELECT * FROM '{secret}'",
    "SELECT * FROM `{secret}`",
    "WITH file('{secret}') AS x SELECT x",
    "EXPLAIN SELECT file('{secret}')",
    "DESCRIBE TABLE file('{secret}')",
    "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
    "SELECT * FROM s3('http://127.0.0.1:1/bucket/x', 'LineAsString')",
    "SELECT * FROM remote('127.0.0.1:1', 'system', 'one')",
    "SELECT * FROM mysql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
    "SELECT * FROM executable('id', 'TSV', 'a String')",
    "SELECT * FROM python('open')",
    "SELECT * FROM eval('DROP TABLE spans')",
    "SELECT * FROM filesystem('/')",
    "BACKUP DATABASE shared TO File('{out}')",
    "ATTACH DATABASE x",
    "GRANT ALL ON *.* TO default",
]


@pytest.fixture(scope="module")
def sql(shared_collector: BackgroundCollector) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://{shared_collector.endpoints.sql}", timeout=30) as client:
        yield client


@pytest.mark.parametrize("attack", ATTACKS)
def test_readers_cannot(sql: httpx.Client, tmp_path: Path, attack: str) -> None:
    """The statement fails, no secret comes back, no file appears."""
    secret = tmp_path / "secret"
    secret.write_text("do not tell")
    out = tmp_path / "out"
    answer = sql.post("/", content=attack.format(secret=secret, out=out))
    assert answer.status_code != 200
    assert "do not tell" not in answer.text
    assert not out.exists()


@pytest.mark.parametrize(
    "setting", ["readonly=0", "max_execution_time=x", "log_queries_probability=1", "user_files_path=/"]
)
def test_readers_cannot_change_what_bounds_them(sql: httpx.Client, setting: str) -> None:
    """Settings in the URL go through an allow-list."""
    name, _, value = setting.partition("=")
    assert sql.get("/", params={"query": "SELECT 1", name: value}).status_code != 200


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count() FROM spans",
        "WITH 1 AS a SELECT a",
        "(SELECT 1) UNION ALL (SELECT 2)",
        "SHOW TABLES",
        "DESCRIBE TABLE spans",
        "EXPLAIN SELECT 1",
        "EXISTS TABLE spans",
        "SELECT number FROM numbers(3)",
        "SELECT 'file(' , 'INTO OUTFILE', 'a;b' -- file('x')\n",
        "SELECT 1;",
        "SELECT name FROM system.columns WHERE database = 'shared' LIMIT 1",
    ],
)
def test_readers_can(sql: httpx.Client, query: str) -> None:
    """What dashboards and people ask is answered."""
    answer = sql.post("/", content=query)
    assert answer.status_code == 200, answer.text


def test_an_error_leaves_nothing_for_the_next_query(sql: httpx.Client) -> None:
    """A result cut short by an error must not appear in anybody's next answer."""
    too_big = sql.get("/", params={"query": "SELECT number FROM numbers(5000000)", "max_result_rows": "1000"})
    assert too_big.status_code != 200
    assert sql.get("/", params={"query": "SELECT 42"}).text == "42\n"


def test_a_wrong_owner_key_is_a_401(sql: httpx.Client) -> None:
    """And says so in ClickHouse's words, with its code."""
    answer = sql.post("/", content="SELECT 1", auth=("spanglass", "guess"))
    assert (answer.status_code, answer.headers["x-clickhouse-exception-code"]) == (401, "516")


@pytest.mark.parametrize("sql_text", ["", ";", "-- only a comment", "SELECT 1; SELECT 2", "values(1)"])
def test_what_is_no_single_select_is_forbidden(sql_text: str) -> None:
    """Checked before the engine sees it."""
    with pytest.raises(Forbidden):
        check_reader_statement(sql_text, ["url"])
