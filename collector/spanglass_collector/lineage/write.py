"""Records into their tables: a request is parsed whole before anything is stored, and stored idempotently."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping

from pydantic import ValidationError

from spanglass_collector.errors import Rejected
from spanglass_collector.lineage.record import RECORD, Record
from spanglass_collector.store.contract import Store

MAX_RECORDS = 10_000


def parse(body: bytes) -> list[Record]:
    """JSON Lines → records. Raises Rejected that names the first bad line and field."""
    lines = [(number, line) for number, line in enumerate(body.splitlines(), start=1) if line.strip()]
    if len(lines) > MAX_RECORDS:
        raise Rejected(f"{len(lines)} records in one request; send at most {MAX_RECORDS}")
    return [_parse_line(number, line) for number, line in lines]


def _parse_line(number: int, line: bytes) -> Record:
    try:
        return RECORD.validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the line"
        raise Rejected(f"line {number}, {where}: {first['msg']}") from None


def write(store: Store, project: str, records: Iterable[Record]) -> int:
    """Returns the number of rows. Sent twice, the same records are the same rows (`ReplacingMergeTree` by id)."""
    by_table: dict[str, list[Mapping[str, object]]] = defaultdict(list)
    for record in records:
        by_table[record.table].append(record.row())
    for table, rows in by_table.items():
        _insert(store, table, project, rows)
    return sum(map(len, by_table.values()))


def _insert(store: Store, table: str, project: str, rows: list[Mapping[str, object]]) -> None:
    columns = list(rows[0])
    data = [[project, *(row[name] for name in columns)] for row in rows]
    token = hashlib.sha256(repr((table, data)).encode()).hexdigest()
    store.insert(table, data, ["Project", *columns], token=token)
