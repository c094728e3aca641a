"""A map from a judge's value to what people would have said, as a file that goes into the judge's digest.

JSON: `format` 1; `method` isotonic, platt or mean; `points` [[judge value, human value], ...] in order (isotonic;
linear between them, level outside), or `slope` and `intercept` of the logistic curve (platt); `low`, `high`: the human
labels' range; and what it was made of (`judge`, `judge_version`, `judge_digest`, `n`, `errors`, `made_at`), which is
not in the digest.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from spanglass_evaluators.digest import config_digest
from spanglass_evaluators.errors import ConfigurationError

_FORMAT = 1
_ABOUT = ("judge", "judge_version", "judge_digest", "n", "errors", "made_at")


@dataclass(frozen=True, slots=True)
class CalibrationMap:
    """`errors`: mean squared error on rows that were not fitted on, by method; `raw` is the judge as it is."""

    method: str
    points: tuple[tuple[float, float], ...] = ()
    slope: float = 0.0
    intercept: float = 0.0
    low: float = 0.0
    high: float = 1.0
    judge: str = ""
    judge_version: str = ""
    judge_digest: str = ""
    n: int = 0
    errors: dict[str, float] = field(default_factory=dict)
    made_at: str = ""

    @property
    def digest(self) -> str:
        return config_digest({name: value for name, value in asdict(self).items() if name not in _ABOUT})

    def apply(self, value: float) -> float:
        """What people say of things that the judge gives `value`, in their range. Never falls as the value rises."""
        if self.method == "platt":
            logit = max(-500.0, min(500.0, self.slope * value + self.intercept))
            return self.low + (self.high - self.low) / (1 + math.exp(-logit))
        at = bisect_right(self.points, (value, math.inf))
        if at == 0 or at == len(self.points):
            return self.points[min(at, len(self.points) - 1)][1]
        (x0, y0), (x1, y1) = self.points[at - 1], self.points[at]
        return y0 + (y1 - y0) * (value - x0) / (x1 - x0) if x1 > x0 else y1

    def save(self, path: Path) -> None:
        """A written map is never changed: its digest stands in scores. Raises ConfigurationError when it exists."""
        try:
            with path.open("xb") as file:
                file.write(orjson.dumps({"format": _FORMAT, **asdict(self)}, option=orjson.OPT_INDENT_2) + b"\n")
        except FileExistsError as error:
            raise ConfigurationError(f"{path} exists: maps are not overwritten; write the next version") from error


def load_map(path: Path) -> CalibrationMap:
    """Raises ConfigurationError."""
    try:
        stored: dict[str, Any] = orjson.loads(path.read_bytes())
        if stored.pop("format") != _FORMAT:
            raise ConfigurationError(f"calibration = {str(path)!r} has another format: fit it again")
        points = tuple((float(x), float(y)) for x, y in stored.pop("points"))
        found = CalibrationMap(points=points, **stored)
    except (OSError, orjson.JSONDecodeError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise ConfigurationError(
            f"calibration = {str(path)!r} is no map: write one with 'spanglass judge calibrate' ({error})"
        ) from error
    if found.method != "platt" and not points:
        raise ConfigurationError(f"calibration = {str(path)!r} has no points: fit it again")
    return found
