"""How common something is, from many judged items and few that people labelled too, with the judge's errors taken out.

- Prediction-powered inference, tuned (Angelopoulos, Duchi, Zrnic 2023, "PPI++"): the judge's mean over all items plus
  the mean error on the labelled ones, weighed so that a useless judge does no harm. Values need not be 0 and 1.
- Rogan and Gladen (1978): the judged share put right by sensitivity and specificity, with the interval of Lang and
  Reiczigel (2014), which adds pseudo-counts for the unknown error rates. For verdicts of 0 and 1.

Both need labelled items that were drawn at random from the judged ones.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.stats import norm, t

from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.judge.calibration.estimate import Estimate, Numbers

LEAST_LABELLED = 10


def prediction_powered(
    human: Sequence[float],
    judged: Sequence[float],
    unlabelled: Sequence[float],
    *,
    alpha: float = 0.05,
    tuned: bool = True,
) -> Estimate:
    """The mean human label of all items. `judged`: the judge on the labelled items; `unlabelled`: on the others.

    Raises ConfigurationError with fewer than ten labelled items or no other ones.
    """
    y, f, g = (np.asarray(a, dtype=np.float64) for a in (human, judged, unlabelled))
    _check(y, f, g)
    weight = _weight(y, f, g) if tuned else 1.0
    value = weight * g.mean() + float((y - weight * f).mean())
    variance = weight**2 * g.var(ddof=1) / len(g) + (y - weight * f).var(ddof=1) / len(y)
    margin = _student(alpha, len(y)) * math.sqrt(variance)
    return Estimate(float(value), float(value - margin), float(value + margin))


def _weight(y: Numbers, f: Numbers, g: Numbers) -> float:
    """How much of the judge to use: 0 is none, 1 all. Minimises the variance (PPI++, section 6)."""
    spread = np.concatenate([f, g]).var(ddof=1)
    if spread == 0:
        return 0.0
    covariance = float(np.cov(y, f, ddof=1)[0, 1])
    return float(np.clip(covariance / ((1 + len(y) / len(g)) * spread), 0.0, 1.0))


def _student(alpha: float, n: int) -> float:
    return float(t.ppf(1 - alpha / 2, n - 1))


def rogan_gladen(
    human: Sequence[float], judged: Sequence[float], unlabelled: Sequence[float], *, alpha: float = 0.05
) -> Estimate | None:
    """The share of items that people would call 1, clipped to [0, 1]. All values are 0 or 1.

    None when the judge is no better than chance (sensitivity + specificity <= 1), or when people labelled all alike:
    then its errors are not known. Raises ConfigurationError as above.
    """
    y, f, g = (np.asarray(a, dtype=np.float64) for a in (human, judged, unlabelled))
    _check(y, f, g)
    if not np.isin(np.concatenate([y, f, g]), (0.0, 1.0)).all():
        raise ConfigurationError("Rogan and Gladen's estimate is of verdicts 0 and 1: give a threshold")
    sick, well = int((y == 1).sum()), int((y == 0).sum())
    everything = np.concatenate([f, g])
    if not sick or not well:
        return None
    sensitivity, specificity = float(f[y == 1].mean()), float(1 - f[y == 0].mean())
    if sensitivity + specificity <= 1:
        return None
    value = (float(everything.mean()) + specificity - 1) / (sensitivity + specificity - 1)
    low, high = _lang_reiczigel(everything, (float(f[y == 1].sum()), sick), (float((1 - f[y == 0]).sum()), well), alpha)
    return Estimate(float(np.clip(value, 0, 1)), low, high)


def _lang_reiczigel(
    judged: Numbers, caught: tuple[float, int], cleared: tuple[float, int], alpha: float
) -> tuple[float, float]:
    """Blaker-free version of their formula: one success and one failure added to each error rate, z²/2 to the share."""
    z = float(norm.ppf(1 - alpha / 2))
    n = len(judged) + z**2
    share = (float(judged.sum()) + z**2 / 2) / n
    se, sp = (caught[0] + 1) / (caught[1] + 2), (cleared[0] + 1) / (cleared[1] + 2)
    power = se + sp - 1
    if power <= 0:
        return 0.0, 1.0
    p = (share + sp - 1) / power
    spread_se, spread_sp = se * (1 - se) / (caught[1] + 2), sp * (1 - sp) / (cleared[1] + 2)
    shift = 2 * z**2 * (p * spread_se - (1 - p) * spread_sp)
    deviation = math.sqrt(share * (1 - share) / n + p**2 * spread_se + (1 - p) ** 2 * spread_sp) / power
    return float(np.clip(p + shift - z * deviation, 0, 1)), float(np.clip(p + shift + z * deviation, 0, 1))


def _check(y: Numbers, f: Numbers, g: Numbers) -> None:
    if len(y) != len(f):
        raise ConfigurationError(f"{len(y)} human labels and {len(f)} verdicts on them: give one for each")
    if len(y) < LEAST_LABELLED or len(g) < 2:
        raise ConfigurationError(
            f"{len(y)} labelled and {len(g)} other items: label at least {LEAST_LABELLED}, at random, and judge more"
        )
