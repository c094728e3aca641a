"""Measure, and write the report: `python -m benchmarks.eval_report [--only NAME ...] [--data FOLDER]`.

Each section keeps its table and pictures in files of its own, so that one can be renewed without the others.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.progress import Progress

from benchmarks.eval_report.measured import as_markdown
from benchmarks.eval_report.sections import SECTIONS, section

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    asked = _arguments()
    folder: Path = asked.out / "report"
    folder.mkdir(parents=True, exist_ok=True)
    with Progress() as progress:
        task = progress.add_task("measuring", total=len(asked.only))
        for name in asked.only:
            progress.update(task, description=name)
            (folder / f"{name}.md").write_text(_measured(name, asked.data, asked.out / "pictures"))
            progress.advance(task)
    (asked.out / "report.md").write_text(_whole(folder))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder of labelled data")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "evaluators")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS), metavar="NAME")
    return parser.parse_args()


def _measured(name: str, data: Path, pictures: Path) -> str:
    measuring = section(name)
    text = f"## {measuring.TITLE}\n\n{as_markdown(measuring.rows(data))}"
    draw = getattr(measuring, "pictures", None)
    drawn = draw(data, pictures) if draw else []
    return text + "".join(f"\n![{path.stem}](pictures/{path.name})\n" for path in drawn)


def _whole(folder: Path) -> str:
    parts = [(folder / f"{name}.md") for name in SECTIONS]
    head = "# What the evaluators are worth\n\nWritten by `make eval-report`; each interval is at 95 %.\n"
    return "\n".join([head, *(part.read_text() for part in parts if part.exists())])


if __name__ == "__main__":
    main()
