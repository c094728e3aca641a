"""Reads a file of conversations and sends what the store does not have yet to the collector.

Every line is either stored, known already, or reported with file, line and reason. Importing twice adds nothing: ids
come from the lines, and the store is asked which it has (rollups would count a repeated span twice).
"""

from __future__ import annotations

import gzip
import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import httpx
import orjson
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from spanglass_app.conversations.line import BadLine, Conversation, parse
from spanglass_app.conversations.span import Identity, identify, to_span
from spanglass_collector.access import PROJECT_HEADER
from spanglass_collector.store import Store

BATCH_LINES = 500
RESOURCE_FIELDS = (
    ("service", "service.name"),
    ("environment", "deployment.environment.name"),
    ("release", "service.version"),
)
DEFAULT_SERVICE = "imported"


@dataclass(frozen=True, slots=True)
class LineError:
    """A line that was left out."""

    path: Path
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.reason}"


@dataclass(slots=True)
class ImportReport:
    """Counts of lines. lines = stored + known + blank + len(errors)."""

    lines: int = 0
    stored: int = 0
    known: int = 0
    blank: int = 0
    errors: list[LineError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Item:
    conversation: Conversation
    identity: Identity
    start_ns: int


class Importer:
    """`endpoint` is the collector's OTLP/HTTP base URL; `store` is only read."""

    def __init__(
        self, endpoint: str, store: Store, *, project: str = "default", api_key: str = "", service: str = ""
    ) -> None:
        headers = {"Content-Type": "application/x-protobuf", PROJECT_HEADER: project}
        if api_key:
            headers["Authorization"] = f"Bearer {api_key}"
        self._http = httpx.Client(base_url=endpoint, headers=headers, timeout=60)
        self._store = store
        self._project = project
        self._service = service or DEFAULT_SERVICE

    def run(self, path: Path, progress: Callable[[int], None] = lambda _: None) -> ImportReport:
        """Import one file, gzip or plain. `progress` is told bytes of the file read since the last call.

        Raises OSError when the file cannot be read and httpx.HTTPError when the collector does not answer.
        """
        report = ImportReport()
        batch: list[_Item] = []
        for item in self._items(path, report, progress):
            batch.append(item)
            if len(batch) == BATCH_LINES:
                self._send(batch, report)
                batch = []
        self._send(batch, report)
        return report

    def _items(self, path: Path, report: ImportReport, progress: Callable[[int], None]) -> Iterator[_Item]:
        equal_lines: Counter[bytes] = Counter()
        file_time_ns = path.stat().st_mtime_ns
        for number, raw in enumerate(_lines(path, report, progress), start=1):
            report.lines += 1
            if not raw.strip():
                report.blank += 1
                continue
            try:
                conversation = parse(orjson.loads(raw))
                key = hashlib.sha256(raw.strip()).digest()
                identity = identify(conversation, equal_lines[key])
                equal_lines[key] += 1
                to_span(conversation, identity, file_time_ns)
            except (BadLine, orjson.JSONDecodeError) as error:
                report.errors.append(LineError(path, number, _reason(error)))
                continue
            yield _Item(conversation, identity, file_time_ns)

    def _send(self, batch: list[_Item], report: ImportReport) -> None:
        known = self._known(batch)
        fresh: dict[Identity, _Item] = {}
        for item in batch:
            if item.identity in known or item.identity in fresh:
                report.known += 1
            else:
                fresh[item.identity] = item
        if fresh:
            self._post(_request(list(fresh.values()), self._service))
            report.stored += len(fresh)

    def _known(self, batch: list[_Item]) -> set[Identity]:
        rows = self._store.query(
            "SELECT DISTINCT TraceId, SpanId FROM spans WHERE Project = {project:String} "
            "AND TraceId IN {traces:Array(String)}",
            {"project": self._project, "traces": [item.identity.trace_id.hex() for item in batch]},
        ).result_rows
        return {Identity(bytes.fromhex(trace), bytes.fromhex(span)) for trace, span in rows}

    def _post(self, body: bytes) -> None:
        for attempt in range(8):
            answer = self._http.post("/v1/traces", content=body)
            if answer.status_code != 503:
                answer.raise_for_status()
                return
            time.sleep(min(int(answer.headers.get("retry-after", "2")), 2 + attempt))
        answer.raise_for_status()


def _lines(path: Path, report: ImportReport, progress: Callable[[int], None]) -> Iterator[bytes]:
    with path.open("rb") as raw:
        is_gzip = raw.peek(2)[:2] == b"\x1f\x8b"
        file: IO[bytes] = gzip.open(raw) if is_gzip else raw  # type: ignore[assignment]
        told = 0
        try:
            for line in file:
                yield line
                if raw.tell() != told:
                    progress(raw.tell() - told)
                    told = raw.tell()
        except (EOFError, gzip.BadGzipFile) as error:
            report.errors.append(LineError(path, report.lines + 1, f"the gzip stream is damaged: {error}"))


def _request(items: list[_Item], service: str) -> bytes:
    by_resource: dict[tuple[str, ...], list[Span]] = {}
    for item in items:
        key = tuple(item.conversation.text(name) for name, _ in RESOURCE_FIELDS)
        by_resource.setdefault(key, []).append(to_span(item.conversation, item.identity, item.start_ns))
    request = ExportTraceServiceRequest()
    for key, spans in by_resource.items():
        resource_spans = request.resource_spans.add()
        for (name, attribute), value in zip(RESOURCE_FIELDS, key, strict=True):
            text = value or (service if name == "service" else "")
            if text:
                resource_spans.resource.attributes.add(key=attribute).value.string_value = text
        scope = resource_spans.scope_spans.add()
        scope.scope.name = "spanglass.import"
        scope.spans.extend(spans)
    return request.SerializeToString()


def _reason(error: Exception) -> str:
    return f"not JSON: {error}" if isinstance(error, orjson.JSONDecodeError) else str(error)
