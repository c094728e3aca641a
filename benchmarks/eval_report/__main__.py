"""Measure, and write the report: `python -m benchmarks.eval_report [--only NAME ...] [--data FOLDER]`.

Each section keeps its figures in a file of its own, so that one can be renewed without the others. A section that
fails is an ERROR row of the report, and exit status 1 at the end.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.progress import Progress

from benchmarks.eval_report.part import Part, measure
from benchmarks.eval_report.sections import SECTIONS, section
from benchmarks.eval_report.summary import PICTURE, draw, summary

ROOT = Path(__file__).resolve().parents[2]
HEAD = """# What the evaluators are worth

Written by `make eval-report`; nothing here is typed in by hand. Intervals are at 95 %.
"""


def main(arguments: list[str] | None = None) -> int:
    asked = _arguments(arguments)
    folder: Path = asked.out / "report"
    for path in (folder, asked.out / "pictures"):
        path.mkdir(parents=True, exist_ok=True)
    failed = [name for name, part in _measure_all(asked, folder) if part.error]
    (asked.out / "report.md").write_text(write(folder, asked.out / "pictures" / PICTURE), encoding="utf-8")
    for name in failed:
        print(f"{name} failed: {Part.load(folder / f'{name}.json').error}", file=sys.stderr)
    return 1 if failed else 0


def _measure_all(asked: argparse.Namespace, folder: Path) -> list[tuple[str, Part]]:
    """Measures what was asked for, each part saved as soon as it is there."""
    done = []
    with Progress() as progress:
        task = progress.add_task("measuring", total=len(asked.only))
        for name in asked.only:
            progress.update(task, description=name)
            part = measure(name, section, asked.data, asked.out / "pictures")
            part.save(folder / f"{name}.json")
            done.append((name, part))
            progress.advance(task)
    return done


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder of labelled data")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "evaluators")
    parser.add_argument(
        "--only",
        nargs="*",
        choices=SECTIONS,
        default=list(SECTIONS),
        metavar="NAME",
        help="these sections; without a name nothing is measured and the report is put together again",
    )
    return parser.parse_args(arguments)


def write(folder: Path, picture: Path) -> str:
    """The whole report from the parts in `folder`, in the order of SECTIONS; draws `picture`."""
    files = {name: folder / f"{name}.json" for name in SECTIONS}
    parts = {name: Part.load(file) for name, file in files.items() if file.exists()}
    shown = f"![the headlines](pictures/{picture.name})\n" if draw(parts, picture) else ""
    return "\n".join([HEAD, summary(parts), *filter(None, [shown]), *(part.markdown() for part in parts.values())])


if __name__ == "__main__":
    sys.exit(main())
