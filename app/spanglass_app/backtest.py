"""A replay made visible: a line for the terminal, a picture for a document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from spanglass_collector.alerts.replay import Episode, Track
from spanglass_collector.errors import ConfigurationError

WIDTH = 60
_NO_DATA, _CALM, _FIRING = " ", "·", "█"
_HEIGHT_IN = 1.6


def timeline(track: Track, width: int = WIDTH) -> str:
    """One character a stretch: firing at any time in it, calm, or nothing to measure."""
    marks = [_mark(moment, value, track.episodes) for moment, value in track.points]
    cells = [
        marks[i * len(marks) // width : max((i + 1) * len(marks) // width, i * len(marks) // width + 1)]
        for i in range(width)
    ]
    return "".join(next((m for m in (_FIRING, _CALM, _NO_DATA) if m in cell), _NO_DATA) for cell in cells if cell)


def _mark(moment: datetime, value: float | None, episodes: Sequence[Episode]) -> str:
    if any(e.began <= moment and (e.ended is None or moment < e.ended) for e in episodes):
        return _FIRING
    return _NO_DATA if value is None else _CALM


def picture(tracks: Sequence[Track], path: Path, *, title: str = "") -> None:
    """A panel a rule: its value, its threshold, and when it paged. Raises ConfigurationError without matplotlib."""
    try:
        import matplotlib

        matplotlib.use("Agg")
        from matplotlib import pyplot
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f'a picture needs {error.name}: pip install "spanglass[plots]", or leave --out away'
        ) from error
    height = _HEIGHT_IN * max(1, len(tracks)) + 0.6
    figure, axes = pyplot.subplots(
        len(tracks), 1, sharex=True, figsize=(10, height), squeeze=False, layout="constrained"
    )
    for axis, track in zip(axes[:, 0], tracks, strict=True):
        _draw(axis, track)
    if title:
        figure.suptitle(title, fontsize=11)
    # No date in the file: the same replay draws the same bytes.
    metadata = {"Date": None} if path.suffix == ".svg" else {}
    with matplotlib.rc_context({"svg.hashsalt": "spanglass"}):
        figure.savefig(path, metadata=metadata)
    pyplot.close(figure)


def _draw(axis: Any, track: Track) -> None:
    moments = [moment for moment, _ in track.points]
    values = [float("nan") if value is None else value for _, value in track.points]
    axis.plot(moments, values, ".-", color="#1971c2", linewidth=1, markersize=3)
    axis.axhline(track.rule.threshold, color="#b00020", linestyle="--", linewidth=1)
    for episode in track.episodes:
        axis.axvspan(episode.began, episode.ended or moments[-1], color="#b00020", alpha=0.18)
    pages = len(track.episodes)
    axis.set_title(f"{track.rule.name}: {pages} page{'' if pages == 1 else 's'}", loc="left", fontsize=9)
    axis.tick_params(labelsize=8)
    axis.set_ylim(bottom=0)
    # From the first pass on: that nothing was there to measure, or to fire, is a finding too.
    axis.set_xlim(moments[0], moments[-1])
    axis.set_ylabel(track.rule.unit or "value", fontsize=8)
