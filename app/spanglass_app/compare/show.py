"""One table and one picture that say what was lost for what was gained."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from spanglass_app.compare.difference import Difference
from spanglass_collector.errors import ConfigurationError

_COLOUR = {"better": "green", "worse": "red", "more": "yellow", "less": "yellow"}
_PICTURE = {"better": "#2a7d46", "worse": "#b3261e", "more": "#a06a00", "less": "#a06a00"}


def table(a: str, b: str, differences: Sequence[Difference]) -> Table:
    """Rows in the order given."""
    made = Table(title=f"A: {a}    B: {b}", title_justify="left", box=None, header_style="dim")
    for title in ("metric", "A", "B", "B − A", "95 % interval", "n", "B is"):
        made.add_column(title, justify="left" if title in ("metric", "B is") else "right")
    for d in differences:
        unit = f" ({d.metric.unit})" if d.metric.unit else ""
        interval = "-" if d.low is None or d.high is None else f"{d.low:+.4g} … {d.high:+.4g}"
        colour = _COLOUR.get(d.verdict, "dim")
        cells = (f"{d.a:.4g}", f"{d.b:.4g}", f"{d.change:+.4g}", interval, str(d.n))
        made.add_row(f"{d.metric.name}{unit}", *cells, f"[{colour}]{d.verdict}[/]")
    return made


def picture(a: str, b: str, differences: Sequence[Difference], path: Path) -> None:
    """Relative change of every metric with its interval, as PNG or SVG by name. Raises ConfigurationError."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ConfigurationError('pictures need: pip install "spanglass[plots]"') from error
    shown = [d for d in differences if d.a]
    figure = Figure(figsize=(8, 1.2 + 0.42 * max(1, len(shown))), layout="constrained")
    axes = figure.subplots()
    for row, d in enumerate(reversed(shown)):
        colour = _PICTURE.get(d.verdict, "#777777")
        if d.low is not None and d.high is not None:
            ends = sorted((100 * d.low / d.a, 100 * d.high / d.a))
            axes.plot(ends, [row, row], color=colour, linewidth=2, solid_capstyle="butt")
        axes.plot(100 * d.change / d.a, row, "o", color=colour)
    axes.axvline(0, color="#999999", linewidth=0.8)
    axes.set_yticks(range(len(shown)), [f"{d.metric.name}: {d.verdict}" for d in reversed(shown)])
    axes.set_xlabel(f"change from {a} to {b}, % of {a}, with 95 % intervals")
    axes.spines[["top", "right", "left"]].set_visible(False)
    figure.savefig(path, dpi=150)
