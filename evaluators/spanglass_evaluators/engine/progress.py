"""How far each evaluator has come, in the table `evaluator_progress`, and what a watcher is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from spanglass_collector.store import Store
from spanglass_evaluators.contract import SpanEvaluator
from spanglass_evaluators.digest import config_digest

_PROJECT_ALL = ""
_COLUMNS = (
    "Project", "Evaluator", "EvaluatorVersion", "ConfigDigest", "Watermark", "Scored", "Skipped", "Failed",
    "UpdatedAt",
)  # fmt: skip

_READ = """
SELECT toUnixTimestamp64Nano(Watermark), Scored, Failed FROM evaluator_progress
WHERE Project = {project:String} AND Evaluator = {name:String}
  AND EvaluatorVersion = {version:String} AND ConfigDigest = {digest:String}
ORDER BY UpdatedAt DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """A step of a run. `outstanding`: about what was to be done at its start; `error`: why it cannot go on."""

    evaluator: str
    scored: int = 0
    failed: int = 0
    outstanding: int = 0
    error: str = ""


OnProgress = Callable[[Progress], None]


def ignore_progress(_: Progress) -> None:
    """For a caller who does not watch."""


@dataclass(frozen=True, slots=True)
class Watermark:
    """Every span received up to `received_ns` is scored; 0 before the first run. Counts are over all runs."""

    received_ns: int = 0
    scored: int = 0
    failed: int = 0

    def plus(self, scored: int, failed: int) -> Watermark:
        return replace(self, scored=self.scored + scored, failed=self.failed + failed)

    def reaching(self, received_ns: int) -> Watermark:
        """Never moves back."""
        return replace(self, received_ns=max(self.received_ns, received_ns))


def read_watermark(store: Store, evaluator: SpanEvaluator) -> Watermark:
    """Where this evaluator, version and configuration stopped."""
    parameters = {
        "project": _PROJECT_ALL,
        "name": evaluator.name,
        "version": evaluator.version,
        "digest": config_digest(evaluator.config),
    }
    rows = store.query(_READ, parameters).result_rows
    return Watermark(*rows[0]) if rows else Watermark()


def write_watermark(store: Store, evaluator: SpanEvaluator, mark: Watermark, *, now_ns: int) -> None:
    """Written after the scores it speaks of, so that a kill between the two costs work and never a score."""
    digest = config_digest(evaluator.config)
    row = [
        _PROJECT_ALL,
        evaluator.name,
        evaluator.version,
        digest,
        mark.received_ns,
        mark.scored,
        0,
        mark.failed,
    ]
    store.insert("evaluator_progress", [[*row, now_ns // 1000]], _COLUMNS)
