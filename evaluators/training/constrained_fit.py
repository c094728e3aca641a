"""A logistic regression over named cues whose weights may only have the sign that makes sense.

A cue that speaks for a verdict never counts against it, whatever the few examples say: what was learned from one
model's answers then carries over to another's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

Floats = npt.NDArray[np.float64]

_TO_THE_END = {
    "maxiter": 5_000,
    "maxfun": 50_000,
    "ftol": 1e-13,
    "gtol": 1e-7,
}  # so that a run gives what the last one gave


@dataclass(frozen=True)
class CueWeights:
    """`weights` by the name of the cue, and the bias."""

    weights: Mapping[str, float]
    bias: float

    def margin(self, cues: Set[str] | Mapping[str, float]) -> float:
        values = cues if isinstance(cues, Mapping) else dict.fromkeys(cues, 1.0)
        return self.bias + sum(self.weights.get(name, 0.0) * value for name, value in values.items())


def fit_cues(
    examples: Sequence[Mapping[str, float]],
    labels: Sequence[bool],
    sign_of: Callable[[str], int],
    *,
    strength: float,
    importance: Sequence[float] | None = None,
) -> CueWeights:
    """`sign_of` a cue: +1 only for, -1 only against, 0 either. `strength` of the quadratic penalty."""
    names = sorted({name for example in examples for name in example})
    matrix = np.array([[example.get(name, 0.0) for name in names] + [1.0] for example in examples])
    signs = np.where(np.array(labels), 1.0, -1.0)
    weights = np.ones(len(examples)) if importance is None else np.asarray(importance)
    bounds = [_BOUNDS[sign_of(name)] for name in names] + [(None, None)]
    penalty = np.array([strength] * len(names) + [0.0])

    def loss(point: Floats) -> tuple[float, Floats]:
        margins = signs * (matrix @ point)
        pull = weights * signs / (1 + np.exp(np.clip(margins, -500, 500)))
        value = float(weights @ np.logaddexp(0, -margins) + (penalty * point) @ point / 2)
        return value, penalty * point - matrix.T @ pull

    found = minimize(loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B", bounds=bounds, options=_TO_THE_END)
    rounded = {name: round(float(w), 2) for name, w in zip(names, found.x, strict=False)}
    return CueWeights({name: w for name, w in rounded.items() if w}, round(float(found.x[-1]), 2))


_BOUNDS: Mapping[int, tuple[float | None, float | None]] = {1: (0, None), -1: (None, 0), 0: (None, None)}


def as_module(fitted: CueWeights, text: str) -> str:
    """Source of the generated module that holds the weights."""
    lines = "\n".join(f'    "{name}": {weight},' for name, weight in sorted(fitted.weights.items()))
    imports = "from __future__ import annotations\n\nfrom collections.abc import Mapping\nfrom typing import Final\n"
    constants = f"BIAS: Final = {fitted.bias}\n\nWEIGHTS: Final[Mapping[str, float]] = {{\n{lines}\n}}\n"
    return f'"""{text}"""\n\n{imports}\n{constants}'
