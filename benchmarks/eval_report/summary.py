"""The top of the report: the figures that matter, what was reproduced, what failed; and one picture of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from benchmarks.eval_report.measured import Measured, figure, interval, line
from benchmarks.eval_report.part import Part

_HEAD = ("evaluator", "data", "metric", "ours", "95 % interval", "reference", "n", "section")
PICTURE = "report.png"
_LABEL_CHARACTERS = 62
_COLOURS = 64


def summary(parts: Mapping[str, Part]) -> str:
    """Markdown: a sentence of counts, a table of headlines, a row for every section that failed."""
    lines = [line(_HEAD), line(["---"] * len(_HEAD))]
    for part in parts.values():
        lines.extend(line(_cells(m, part)) for m in part.headlines)
        if part.error:
            lines.append(line(["**ERROR**", *[""] * (len(_HEAD) - 2), _link(part)]))
    return f"{_counted(parts)}\n\n" + "\n".join(lines) + "\n"


def _counted(parts: Mapping[str, Part]) -> str:
    rows = [m for part in parts.values() for m in part.rows]
    asked = [m for m in rows if m.reproduced is not None]
    met = sum(m.reproduced is True for m in asked)
    failed = [part.title for part in parts.values() if part.error]
    said = f"{len(rows)} figures in {len(parts)} sections."
    if asked:
        said += f" {met} of {len(asked)} figures that should be reproduced are."
    return said + (f" **Failed: {', '.join(failed)}.**" if failed else "")


def _cells(m: Measured, part: Part) -> tuple[str, ...]:
    reference = "" if m.reference is None else f"{figure(m.reference)} {m.reference_is}"
    return (m.evaluator, m.data, m.metric, figure(m.value), interval(m), reference, f"{m.n:,}", _link(part))


def _link(part: Part) -> str:
    kept = "".join(c for c in part.title.lower() if c.isalnum() or c in " -_")
    return f"[{part.title.partition(':')[0]}](#{kept.replace(' ', '-')})"


def draw(parts: Mapping[str, Part], file: Path) -> bool:
    """The headlines that are shares, with interval and reference. False (nothing drawn) when there are none."""
    shares = [m for part in parts.values() for m in part.headlines if 0 <= m.value <= 1]
    if not shares:
        return False
    from matplotlib.figure import Figure

    canvas = Figure(figsize=(8.5, 0.8 + 0.19 * len(shares)), layout="constrained")
    axes = canvas.subplots()
    for y, m in enumerate(reversed(shares)):
        low, high = (m.value if bound is None else bound for bound in (m.low, m.high))
        axes.plot([low, high], [y, y], color="#7aa6c2", linewidth=2.5, solid_capstyle="round")
        axes.plot(m.value, y, "o", color="#1d4e6b", markersize=4, label="ours, 95 % interval" if y == 0 else None)
    known = [(m.reference, y) for y, m in enumerate(reversed(shares)) if m.reference is not None]
    if known:
        axes.plot(*zip(*known, strict=True), "|", color="#c2571a", markersize=8, mew=1.6, label="reference")
    axes.set_yticks(range(len(shares)), [_label(m) for m in reversed(shares)], size=7)
    axes.tick_params(axis="x", labelsize=8)
    axes.set_ylim(-0.7, len(shares) - 0.3)
    axes.set_xlim(-0.02, 1.02)
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    canvas.legend(loc="outside upper right", ncols=2, frameon=False, fontsize=8)
    canvas.savefig(file, dpi=90)
    _shrink(file)
    return True


def _shrink(file: Path) -> None:
    """The picture in few colours: it is renewed often, and lies in the repository."""
    from PIL import Image

    with Image.open(file) as picture:
        few = picture.convert("RGB").quantize(_COLOURS)
    few.save(file, optimize=True)


def _label(m: Measured) -> str:
    whole = f"{m.evaluator}: {m.metric} ({m.data})"
    return whole if len(whole) <= _LABEL_CHARACTERS else whole[: _LABEL_CHARACTERS - 1] + "…"
