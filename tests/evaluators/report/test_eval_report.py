"""The report of the evaluators shows what was measured, what was reproduced and what failed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from benchmarks.eval_report import __main__ as command
from benchmarks.eval_report.measured import Measured, as_markdown
from benchmarks.eval_report.part import Part, measure
from benchmarks.eval_report.sections import SECTIONS, Section, section
from benchmarks.eval_report.summary import draw, summary

FIGURE = Measured("refusal", "xstest", "agreement", 0.9512, 450, 0.93, 0.97, reference=0.9356, reference_is="matcher")
REPRODUCED = Measured("bbq", "Age", "bias", 48.91, 400, reference=48.9, tolerance=0.05, headline=True)
DIFFERENT = Measured("bbq", "Religion", "bias", 20.0, 400, reference=24.5, tolerance=0.05)


@dataclass(frozen=True)
class Measuring:
    """A section that yields figures, then raises if it has something to raise."""

    figures: tuple[Measured, ...]
    raised: Exception | None = None
    TITLE: str = "Bias of answers"

    def rows(self, data: Path) -> Iterator[Measured]:
        yield from self.figures
        if self.raised:
            raise self.raised


def measured(tmp_path: Path, made: Measuring) -> Part:
    def find(name: str) -> Section:
        return made

    return measure("bbq", find, tmp_path, tmp_path)


def test_a_figure_stands_beside_its_interval_and_reference() -> None:
    """One row each, to three digits."""
    rows = as_markdown([FIGURE]).splitlines()

    assert rows[2] == "| refusal | xstest | agreement | 0.951 | 0.930 to 0.970 | 0.936 matcher | 450 | |".replace(
        "| |", "|  |"
    )


def test_reproduced_and_different_are_told_apart() -> None:
    """By the tolerance of the figure; without one nothing is claimed."""
    rows = as_markdown([REPRODUCED, DIFFERENT, FIGURE]).splitlines()

    assert "48.9 (reproduced)" in rows[2]
    assert "24.5 (**differs**)" in rows[3]
    assert "reproduced" not in rows[4]


def test_text_cannot_break_the_table() -> None:
    """A line break or a bar in a note stays in its cell."""
    noted = as_markdown([Measured("a", "b", "P(x|y)", 1.0, 1, note="one\ntwo")]).splitlines()

    assert len(noted) == 3
    assert noted[2] == "| a | b | P(x&#124;y) | 1 |  |  | 1 | one two |"


def test_a_failing_section_keeps_what_it_had(tmp_path: Path) -> None:
    """The report has its figures and a row that says what stopped it."""
    part = measured(tmp_path, Measuring((FIGURE,), FileNotFoundError("no such file: bbq")))

    assert part.rows == (FIGURE,)
    assert part.markdown().splitlines()[-1].startswith("| **ERROR** |")
    assert "FileNotFoundError: no such file: bbq" in part.markdown()
    assert "**Failed: Bias of answers.**" in summary({"bbq": part})


def test_a_section_that_cannot_be_imported_is_an_error_row(tmp_path: Path) -> None:
    """As where an extra is not installed."""
    part = measure("no_such_section", section, tmp_path, tmp_path)

    assert part.title == "no_such_section"
    assert "ModuleNotFoundError" in part.error


def test_a_figure_that_is_no_number_is_an_error(tmp_path: Path) -> None:
    """It says which one."""

    class Empty(Measuring):
        def rows(self, data: Path) -> Iterator[Measured]:
            yield Measured("drift", "census", "delay", float(np.mean(np.array([np.nan]))), 0)

    assert "drift, census, delay: value is nan" in measured(tmp_path, Empty(())).error


def test_parts_come_back_as_they_were_saved(tmp_path: Path) -> None:
    """Numbers of numpy included."""
    part = Part("Bias", (Measured("a", "b", "c", np.float64(0.5), np.int64(3)), REPRODUCED), ("one.png",), "no", 1.5)
    part.save(tmp_path / "bbq.json")

    assert Part.load(tmp_path / "bbq.json") == part


def test_the_summary_shows_headlines_and_counts() -> None:
    """The figures marked so; where none is, the first one."""
    text = summary({"bbq": Part("Bias of answers", (DIFFERENT, REPRODUCED)), "refusal": Part("Refusal", (FIGURE,))})

    assert "3 figures in 2 sections. 1 of 2 figures that should be reproduced are." in text
    assert "| bbq | Age | bias | 48.9 |  | 48.9 | 400 | [Bias of answers](#bias-of-answers) |" in text
    assert "Religion" not in text
    assert "| refusal | xstest |" in text


def test_the_picture_holds_shares_alone(tmp_path: Path) -> None:
    """Nothing is drawn where no headline is a share."""
    pytest.importorskip("matplotlib")

    assert draw({"refusal": Part("Refusal", (FIGURE,))}, tmp_path / "drawn.png")
    assert not draw({"bbq": Part("Bias", (REPRODUCED,))}, tmp_path / "none.png")
    assert [file.name for file in tmp_path.iterdir()] == ["drawn.png"]


def test_without_names_the_report_is_put_together_again(tmp_path: Path) -> None:
    """Nothing is measured; the parts that lie there are all that it needs."""
    (tmp_path / "report").mkdir()
    Part("Bias of answers", (REPRODUCED,)).save(tmp_path / "report" / f"{SECTIONS[0]}.json")

    assert command.main(["--out", str(tmp_path), "--only"]) == 0
    assert "| bbq | Age | bias |" in (tmp_path / "report.md").read_text(encoding="utf-8")


def test_missing_data_is_a_row_and_an_exit_status(tmp_path: Path) -> None:
    """Whatever section it is."""
    name = "bbq"

    assert command.main(["--out", str(tmp_path), "--data", str(tmp_path / "nothing"), "--only", name]) == 1
    assert "**ERROR**" in (tmp_path / "report.md").read_text(encoding="utf-8")


def test_every_section_has_a_title_and_rows() -> None:
    """The names in the list are modules of the contract; what they need is imported where it is used."""
    for name in SECTIONS:
        found = section(name)
        assert found.TITLE
        assert callable(found.rows)
