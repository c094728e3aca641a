"""Reads a file of conversations and sends what the store does not have yet to the collector.

Every line is either stored, known already, or reported with file, line and reason. Importing twice adds nothing: ids
come from the lines, and the store is asked which it has (rollups would count a repeated span twice).
"""

from __future__ import annotations

import codecs
import gzip
import time
import zlib
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
from spanglass_collector.access import PROJECT_HEADER, check_project_name
from spanglass_collector.errors import ConfigurationError, StoreUnavailable
from spanglass_collector.store import Store

BATCH_LINES = 500
BATCH_BYTES = 16 << 20
ATTEMPTS = 8
"""Tries of one request while the collector says that it cannot take it now."""
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
    line: int
    identity: Identity
    resource: tuple[str, ...]
    span: Span


class Importer:
    """`endpoint` is the collector's OTLP/HTTP base URL; `store` is only read.

    Raises Rejected for a wrong project name.
    """

    def __init__(
        self, endpoint: str, store: Store, *, project: str = "default", api_key: str = "", service: str = ""
    ) -> None:
        check_project_name(project)
        headers = {"Content-Type": "application/x-protobuf", PROJECT_HEADER: project}
        if api_key:
            headers["Authorization"] = f"Bearer {api_key}"
        self._http = httpx.Client(base_url=endpoint, headers=headers, timeout=60)
        self._store = store
        self._project = project
        self._service = service or DEFAULT_SERVICE

    def run(self, path: Path, progress: Callable[[int], None] = lambda _: None) -> ImportReport:
        """Import one file, gzip or plain. `progress` is told bytes of the file read since the last call.

        Raises OSError when the file cannot be read, StoreError when the collector or the store does not answer, and
        ConfigurationError when the collector wants another key.
        """
        report = ImportReport()
        for batch in _batches(self._items(path, report, progress)):
            self._send(self._fresh(batch, report), path, report)
        report.errors.sort(key=lambda error: error.line)
        return report

    def _items(self, path: Path, report: ImportReport, progress: Callable[[int], None]) -> Iterator[_Item]:
        seen: Counter[Identity] = Counter()
        file_time_ns = path.stat().st_mtime_ns
        for number, raw in enumerate(_lines(path, report, progress), start=1):
            report.lines += 1
            if not raw.strip():
                report.blank += 1
                continue
            try:
                item = _item(number, parse(orjson.loads(raw)), seen, file_time_ns)
            except (BadLine, orjson.JSONDecodeError, orjson.JSONEncodeError) as error:
                report.errors.append(LineError(path, number, _reason(error)))
            else:
                yield item

    def _fresh(self, batch: list[_Item], report: ImportReport) -> list[_Item]:
        known = self._known(batch)
        fresh: dict[Identity, _Item] = {}
        for item in batch:
            if item.identity in known or item.identity in fresh:
                report.known += 1
            else:
                fresh[item.identity] = item
        return list(fresh.values())

    def _send(self, items: list[_Item], path: Path, report: ImportReport) -> None:
        """What the collector refuses is sent in halves, until a line that cannot be stored stands alone."""
        if not items:
            return
        refusal = self._post(_request(items, self._service))
        if not refusal:
            report.stored += len(items)
        elif len(items) == 1:
            report.errors.append(LineError(path, items[0].line, f"the collector refused it: {refusal}"))
        else:
            middle = len(items) // 2
            self._send(items[:middle], path, report)
            self._send(items[middle:], path, report)

    def _known(self, batch: list[_Item]) -> set[Identity]:
        rows = self._store.query(
            "SELECT DISTINCT TraceId, SpanId FROM spans WHERE Project = {project:String} "
            "AND TraceId IN {traces:Array(String)}",
            {"project": self._project, "traces": [item.identity.trace_id.hex() for item in batch]},
        ).result_rows
        return {Identity(bytes.fromhex(trace), bytes.fromhex(span)) for trace, span in rows}

    def _post(self, body: bytes) -> str:
        """Why the collector refused it; '' when it is stored."""
        for attempt in range(ATTEMPTS):
            try:
                answer = self._http.post("/v1/traces", content=body)
            except httpx.HTTPError as error:
                raise StoreUnavailable(f"the collector at {self._http.base_url} does not answer: {error}") from error
            if answer.status_code != 503:
                break
            time.sleep(min(int(answer.headers.get("retry-after", "2")), 2 + attempt))
        return _refusal(answer)


def _batches(items: Iterator[_Item]) -> Iterator[list[_Item]]:
    batch: list[_Item] = []
    size_bytes = 0
    for item in items:
        batch.append(item)
        size_bytes += item.span.ByteSize()
        if len(batch) == BATCH_LINES or size_bytes >= BATCH_BYTES:
            yield batch
            batch, size_bytes = [], 0
    if batch:
        yield batch


def _item(number: int, conversation: Conversation, seen: Counter[Identity], file_time_ns: int) -> _Item:
    first = identify(conversation, 0)
    identity = identify(conversation, seen[first]) if seen[first] else first
    span = to_span(conversation, identity, file_time_ns)
    seen[first] += 1
    return _Item(number, identity, tuple(conversation.text(name) for name, _ in RESOURCE_FIELDS), span)


def _lines(path: Path, report: ImportReport, progress: Callable[[int], None]) -> Iterator[bytes]:
    with path.open("rb") as raw:
        is_gzip = raw.peek(2)[:2] == b"\x1f\x8b"
        file: IO[bytes] | gzip.GzipFile = gzip.GzipFile(fileobj=raw) if is_gzip else raw
        told = 0
        try:
            for line in file:
                yield line if told else line.removeprefix(codecs.BOM_UTF8)
                if raw.tell() != told:
                    progress(raw.tell() - told)
                    told = raw.tell()
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            # What could not be read counts as one line.
            report.lines += 1
            report.errors.append(LineError(path, report.lines, f"the gzip stream is damaged from here on: {error}"))


def _request(items: list[_Item], service: str) -> bytes:
    by_resource: dict[tuple[str, ...], list[Span]] = {}
    for item in items:
        by_resource.setdefault(item.resource, []).append(item.span)
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


def _refusal(answer: httpx.Response) -> str:
    if answer.is_success:
        return ""
    if answer.status_code in (401, 403):
        raise ConfigurationError(f"the collector at {answer.url} wants its API key: set SPANGLASS_API_KEY")
    if answer.status_code not in (400, 413):
        raise StoreUnavailable(f"the collector at {answer.url} answered {answer.status_code}: {answer.text[:300]}")
    return answer.text[:300].strip()


def _reason(error: Exception) -> str:
    if isinstance(error, orjson.JSONDecodeError):
        return f"not JSON: {error}"
    return "nested too deeply" if isinstance(error, orjson.JSONEncodeError) else str(error)
