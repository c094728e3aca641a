"""Files of conversations as people bring them, and their import into the shared collector."""

from __future__ import annotations

import gzip
import itertools
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from spanglass_app.conversations.importer import Importer, ImportReport
from spanglass_collector.background import BackgroundCollector
from spanglass_collector.store import ClickHouseStore

NOON = "2024-03-01T12:00:00Z"
_numbers = itertools.count(1)


def conversation(text: str = "Who wrote Emma?", **fields: Any) -> dict[str, Any]:
    """A line with no more than it must have."""
    return {"messages": [{"role": "user", "content": text}], "response": "Jane Austen.", **fields}


def write(path: Path, lines: Iterable[dict[str, Any] | bytes]) -> Path:
    """Plain, or gzip when the name says so; bytes are lines as they are."""
    text = b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


class Project:
    """A project of its own in the shared collector."""

    def __init__(self, collector: BackgroundCollector, store: ClickHouseStore) -> None:
        self.name = f"import-{next(_numbers)}"
        self._store = store
        self._importer = Importer(f"http://{collector.endpoints.otlp_http}", store, project=self.name)

    def take(self, path: Path) -> ImportReport:
        """Import; the counts always add up."""
        report = self._importer.run(path)
        assert report.lines == report.stored + report.known + report.blank + len(report.errors)
        return report

    def spans(self, columns: str, order: str = "Timestamp, TraceId, SpanId") -> list[tuple[Any, ...]]:
        return self._rows(f"SELECT {columns} FROM spans WHERE Project = {{project:String}} ORDER BY {order}")

    def span(self, columns: str) -> tuple[Any, ...]:
        (row,) = self.spans(columns)
        return row

    def calls(self) -> int:
        """As the rollup counts them, which a repeated insert would double."""
        return int(self._rows("SELECT sum(Calls) FROM usage_1m WHERE Project = {project:String}")[0][0])

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._store.query(sql, {"project": self.name}).result_rows]
