"""What readers may not do, tried against the real engine through the real endpoint."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from spanglass_collector.background import BackgroundCollector
from spanglass_collector.query.guard import Forbidden, check_reader_statement
from spanglass_collector.query.statement import Statement
from tests.query.attacks import REQUESTS, STATEMENTS


@pytest.fixture(scope="module")
def sql(shared_collector: BackgroundCollector) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://{shared_collector.endpoints.sql}", timeout=30) as client:
        yield client


@dataclass(frozen=True)
class Targets:
    """What attacks are after, and whether they got it."""

    secret: Path
    owner: Path
    out: Path
    listener: socket.socket

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.listener.getsockname()[1]}"

    def fill(self, text: str) -> str:
        return text.format(secret=self.secret, owner=self.owner, out=self.out, host=self.host)

    def check(self, answer: httpx.Response) -> None:
        assert answer.status_code != 200, answer.text
        assert "do not tell" not in answer.text
        assert self.owner.read_text() not in answer.text
        assert not self.out.exists(), self.out.unlink()
        with pytest.raises(BlockingIOError):
            self.listener.accept()


@pytest.fixture(scope="module")
def targets(shared_collector: BackgroundCollector, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Targets]:
    folder = tmp_path_factory.mktemp("targets")
    secret = folder / "secret.csv"
    secret.write_text("do not tell")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield Targets(secret, shared_collector.config.data_dir / "owner-key", folder / "out.csv", listener)


@pytest.mark.parametrize("attack", STATEMENTS)
def test_readers_cannot(sql: httpx.Client, targets: Targets, attack: str) -> None:
    """The statement fails, no secret comes back, no file appears, nobody is called."""
    targets.check(sql.post("/", content=targets.fill(attack).encode()))


@pytest.mark.parametrize(("parameters", "statement"), REQUESTS)
def test_readers_cannot_by_url(sql: httpx.Client, targets: Targets, parameters: dict[str, str], statement: str) -> None:
    """Nor with what stands beside the statement: settings, database, values, format, user."""
    filled = {name: targets.fill(value) for name, value in parameters.items()}
    targets.check(sql.post("/", params=filled, content=targets.fill(statement)))


def test_nothing_was_changed_by_all_that(sql: httpx.Client) -> None:
    """The tables are there, and so is the process."""
    assert sql.get("/", params={"query": "EXISTS TABLE spans"}).text == "1\n"
    assert sql.get("/", params={"query": "SELECT count() FROM system.tables WHERE name IN ('x', 'gone')"}).text == "0\n"


def test_a_cap_that_is_asked_for_higher_stays(sql: httpx.Client) -> None:
    """A request may lower what bounds it, not raise it."""
    query = "SELECT getSetting('max_execution_time'), getSetting('max_result_rows'), getSetting('readonly')"
    asked = {"query": query, "max_execution_time": "99999", "max_result_rows": "7"}
    assert sql.get("/", params=asked).text == "60\t7\t1\n"


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
        "SELECT 'ünï ✓ $x$ “file”' AS `größe`",
        "SELECT count() FROM {t:Identifier}",
        "SELECT name FROM system.settings LIMIT 1",
        "SELECT name FROM system.columns WHERE database = 'shared' LIMIT 1",
    ],
)
def test_readers_can(sql: httpx.Client, query: str) -> None:
    """What dashboards and people ask is answered."""
    answer = sql.post("/", params={"param_t": "spans"}, content=query.encode())
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
        check_reader_statement(Statement(sql_text, "TSV", "x", {}, {}), ["url"])
