"""What came out of one section, kept in a file of its own so that one can be renewed without the others.

`report/NAME.json`: title, seconds it took, rows (the fields of Measured), names of pictures, and the error that
stopped it, if one did.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.eval_report.measured import Measured, as_markdown
from benchmarks.eval_report.sections import Section


@dataclass(frozen=True, slots=True)
class Part:
    """A section's figures and pictures, as far as it came."""

    title: str
    rows: tuple[Measured, ...]
    pictures: tuple[str, ...] = ()
    error: str = ""
    seconds: float = 0.0

    @property
    def headlines(self) -> tuple[Measured, ...]:
        """The figures it puts on top; the first one where it names none."""
        return tuple(m for m in self.rows if m.headline) or self.rows[:1]

    def save(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self), indent=1, default=_plain) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, file: Path) -> Part:
        stored = json.loads(file.read_text(encoding="utf-8"))
        rows = tuple(Measured(**row) for row in stored.pop("rows"))
        return cls(**stored | {"rows": rows, "pictures": tuple(stored["pictures"])})

    def markdown(self) -> str:
        shown = "".join(f"\n![{Path(name).stem}](pictures/{name})\n" for name in self.pictures)
        return f"## {self.title}\n\n{as_markdown(self.rows, self.error)}{shown}"


def _plain(number: Any) -> Any:
    """A numpy scalar as a plain number."""
    return number.item()


def measure(name: str, find: Callable[[str], Section], data: Path, pictures: Path) -> Part:
    """Run a section. What it raises is written into the part: one failure does not cost the others' figures."""
    began_s = time.perf_counter()
    title, rows, drawn, error = name, [], [], ""
    try:
        section = find(name)
        title = section.TITLE
        rows.extend(section.rows(data))
        draw = getattr(section, "pictures", None)
        drawn = draw(data, pictures) if draw else []
    except Exception as raised:  # noqa: BLE001  the wall between the report and a section
        error = f"{type(raised).__name__}: {raised}"
    names = tuple(picture.name for picture in drawn)
    return Part(title, tuple(rows), names, error, round(time.perf_counter() - began_s, 1))
