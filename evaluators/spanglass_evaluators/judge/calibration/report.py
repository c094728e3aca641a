"""What is said of a judge beside people's labels: agreement, correlation, bias. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.judge.calibration.agreement import Agreement, Correlations, agreement_of, correlations_of
from spanglass_evaluators.judge.calibration.bias import PositionBias, length_bias, position_bias, self_preference
from spanglass_evaluators.judge.calibration.estimate import Estimate
from spanglass_evaluators.judge.calibration.labels import Judged

_MOST_LEVELS = 10


@dataclass(frozen=True, slots=True)
class JudgeReport:
    """None: not measurable on these rows."""

    labelled: int
    agreement: Agreement | None
    correlations: Correlations
    length: Estimate | None
    own: Estimate | None
    position: PositionBias | None


def report_of(rows: Sequence[Judged]) -> JudgeReport:
    """Raises ConfigurationError without any labelled row."""
    if not rows:
        raise ConfigurationError(
            "the judge has no values in this project and time: see 'spanglass eval list' for its name (a stage of a "
            "cascade writes under the cascade's), judge with 'spanglass eval run', or give --csv"
        )
    labelled = [row for row in rows if row.human is not None]
    if not labelled:
        raise ConfigurationError(
            "no judged item has a human label: give some with spanglass.score, POST /api/v1/feedback or a CSV file"
        )
    judge, human = [row.judge for row in labelled], [float(row.human or 0) for row in labelled]
    sized = [i for i, row in enumerate(labelled) if row.length]
    known = [i for i, row in enumerate(labelled) if row.own is not None]
    return JudgeReport(
        len(labelled),
        agreement_with_people(judge, human),
        correlations_of(judge, human),
        length_bias([judge[i] for i in sized], [human[i] for i in sized], [labelled[i].length or 1 for i in sized]),
        self_preference([judge[i] for i in known], [human[i] for i in known], [bool(labelled[i].own) for i in known]),
        position_bias([row.orders for row in rows if row.orders is not None]),
    )


def agreement_with_people(judge: Sequence[float], human: Sequence[float]) -> Agreement | None:
    """The judge's value rounded to the next of people's levels. None where people's labels are no few levels.

    A judge in [0, 1] is spread over the levels' range first.
    """
    levels = np.unique(np.asarray(human, dtype=np.float64))
    if not 2 <= len(levels) <= _MOST_LEVELS:
        return None
    values = np.asarray(judge, dtype=np.float64)
    if values.min() >= 0 and values.max() <= 1:
        values = levels[0] + values * (levels[-1] - levels[0])
    nearest = levels[np.abs(values[:, None] - levels[None, :]).argmin(axis=1)]
    return agreement_of(nearest.tolist(), list(human), levels.tolist())
