"""How far each evaluator has come: by slot in `evaluator_slots`, in sum in `evaluator_progress`.

And what a watcher is told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from spanglass_collector.store import Store
from spanglass_evaluators.contract import SpanEvaluator
from spanglass_evaluators.digest import config_digest
from spanglass_evaluators.engine.slots import ALL_SLOTS, SLOTS

_PROJECT_ALL = ""
_COLUMNS = (
    "Project", "Evaluator", "EvaluatorVersion", "ConfigDigest", "Slot", "Watermark", "Scored", "Failed", "UpdatedAt",
)  # fmt: skip

_READ = """
SELECT Slot, toUnixTimestamp64Nano(Watermark), Scored, Failed FROM evaluator_slots
WHERE Project = '' AND Evaluator = {name:String}
  AND EvaluatorVersion = {version:String} AND ConfigDigest = {digest:String}
"""

# Told once every slot has a watermark: until then the evaluator has not been everywhere.
_SUM_UP = """
INSERT INTO evaluator_progress
SELECT Project, Evaluator, EvaluatorVersion, ConfigDigest, min(Watermark), sum(Scored), 0, sum(Failed), max(UpdatedAt)
FROM evaluator_slots FINAL
WHERE Project = '' AND Evaluator = {name:String}
  AND EvaluatorVersion = {version:String} AND ConfigDigest = {digest:String}
GROUP BY Project, Evaluator, EvaluatorVersion, ConfigDigest
HAVING count() = {slots:UInt16}
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """A step of a run. `outstanding`: about what was to be done at its start; `error`: why it cannot go on.

    `waiting`: why it stopped before the end though nothing is wrong (a budget). `handed_over`: judged after their
    slot had gone to another worker, who may have judged them, too: to the same rows. `seconds`: how long it took;
    `reached_ns`: up to where everything is judged, 0 when that is not known.
    """

    evaluator: str
    scored: int = 0
    failed: int = 0
    outstanding: int = 0
    error: str = ""
    waiting: str = ""
    handed_over: int = 0
    seconds: float = 0.0
    reached_ns: int = 0


OnProgress = Callable[[Progress], None]


def ignore_progress(_: Progress) -> None:
    """For a caller who does not watch."""


@dataclass(frozen=True, slots=True)
class SlotMark:
    """Every target of the slot received up to `received_ns` is scored; 0 before the first run."""

    slot: int
    received_ns: int = 0
    scored: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Watermark:
    """The marks of the slots this worker has. What it scores is counted with the first of them."""

    marks: tuple[SlotMark, ...]

    @property
    def received_ns(self) -> int:
        """Up to here all of the slots are scored."""
        return min((mark.received_ns for mark in self.marks), default=0)

    def reaching(self, received_ns: int, *, scored: int, failed: int) -> Watermark:
        """After a slice. Never moves back."""
        marks = [replace(mark, received_ns=max(mark.received_ns, received_ns)) for mark in self.marks]
        marks[0] = replace(marks[0], scored=marks[0].scored + scored, failed=marks[0].failed + failed)
        return Watermark(tuple(marks))


def read_watermark(store: Store, evaluator: SpanEvaluator, slots: frozenset[int] = ALL_SLOTS) -> Watermark:
    """Where this evaluator, version and configuration stopped, whoever ran it."""
    found = {int(row[0]): row[1:] for row in store.query(_READ, _parameters(evaluator)).result_rows}
    return Watermark(tuple(SlotMark(slot, *map(int, found.get(slot, ()))) for slot in sorted(slots)))


def write_watermark(store: Store, evaluator: SpanEvaluator, reached: Watermark, *, now_ns: int) -> None:
    """Written after the scores it speaks of, so that a kill between the two costs work and never a score."""
    identity = [_PROJECT_ALL, evaluator.name, evaluator.version, config_digest(evaluator.config)]
    rows = [[*identity, *(m.slot, m.received_ns, m.scored, m.failed), now_ns // 1000] for m in reached.marks]
    store.insert("evaluator_slots", rows, _COLUMNS)
    store.command(_SUM_UP, {**_parameters(evaluator), "slots": SLOTS})


def _parameters(evaluator: SpanEvaluator) -> dict[str, str]:
    return {
        "name": evaluator.name,
        "version": evaluator.version,
        "digest": config_digest(evaluator.config),
    }
