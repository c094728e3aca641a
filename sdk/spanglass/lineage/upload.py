"""Delivers a journal file to `POST /api/v1/records`, from where it stopped the last time.

Beside `x.jsonl` lie `x.jsonl.sent` (bytes delivered, as text) and `x.jsonl.refused` (lines the collector will never
take, each after a comment line with the reason). A file whose every line was delivered is removed with its `.sent`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from spanglass.export.outcome import Delivered, Refused, TryLater
from spanglass.export.transport import HttpTransport

PATH = "/api/v1/records"
_REQUEST_BYTES = 4 << 20
_REQUEST_RECORDS = 5_000


@dataclass(frozen=True, slots=True)
class Progress:
    """`trouble` says why delivery stopped before the end of the file, '' when it did not."""

    sent: int = 0
    refused: int = 0
    trouble: str = ""


class Uploader:
    """One collector. Belongs to one thread."""

    def __init__(self, endpoint: str, headers: Mapping[str, str]) -> None:
        told = {**headers, "Content-Type": "application/x-ndjson"}
        self._transport = HttpTransport(endpoint.rstrip("/") + PATH, told)

    def close(self) -> None:
        self._transport.close()

    def deliver(self, journal: Path, timeout_s: float) -> Progress:
        """Sends what the file holds and nobody sent. Blocks up to `timeout_s` a request; network trouble is a value."""
        sent = refused = 0
        for end, lines in _unsent(journal):
            outcome = self._transport.send(b"".join(lines), timeout_s)
            if isinstance(outcome, TryLater):
                return Progress(sent, refused, outcome.why)
            if isinstance(outcome, Delivered):
                sent += len(lines)
            else:
                taken = self._one_by_one(journal, lines, timeout_s)
                if isinstance(taken, TryLater):
                    return Progress(sent, refused, taken.why)
                sent, refused = sent + taken, refused + len(lines) - taken
            _write_offset(journal, end)
        return Progress(sent, refused)

    def _one_by_one(self, journal: Path, lines: list[bytes], timeout_s: float) -> int | TryLater:
        """After a refusal: one bad record must not hold up the others. They are idempotent, so some may go twice."""
        outcomes = []
        for line in lines:
            outcome = self._transport.send(line, timeout_s)
            if isinstance(outcome, TryLater):
                return outcome
            outcomes.append(outcome)
        bad = [(line, o.why) for line, o in zip(lines, outcomes, strict=True) if isinstance(o, Refused)]
        if bad:
            with journal.with_name(journal.name + ".refused").open("ab") as file:
                file.writelines(b"# %s\n%s" % (why.encode(), line) for line, why in bad)
        return len(lines) - len(bad)


def remove_delivered(journal: Path) -> None:
    """Forgets a journal that nobody writes to any more, once all of it was delivered."""
    with suppress(OSError):
        if _offset(journal) >= journal.stat().st_size:
            journal.unlink()
            _offset_file(journal).unlink(missing_ok=True)


def _unsent(journal: Path) -> Iterator[tuple[int, list[bytes]]]:
    """Batches of whole lines with the file position after each; a last line without its end is left for later."""
    with journal.open("rb") as file:
        file.seek(_offset(journal))
        lines: list[bytes] = []
        size = 0
        for line in file:
            if not line.endswith(b"\n"):
                break
            lines.append(line)
            size += len(line)
            if size >= _REQUEST_BYTES or len(lines) >= _REQUEST_RECORDS:
                yield _offset(journal) + size, lines
                lines, size = [], 0
        if lines:
            yield _offset(journal) + size, lines


def _offset_file(journal: Path) -> Path:
    return journal.with_name(journal.name + ".sent")


def _offset(journal: Path) -> int:
    try:
        return int(_offset_file(journal).read_text())
    except (OSError, ValueError):
        return 0  # records are idempotent: sending one again changes nothing


def _write_offset(journal: Path, offset: int) -> None:
    fresh = _offset_file(journal).with_suffix(f".{os.getpid()}")
    fresh.write_text(str(offset))
    fresh.replace(_offset_file(journal))
