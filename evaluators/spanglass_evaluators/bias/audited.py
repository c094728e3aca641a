"""The evaluators that an audit names, built with their defaults."""

from __future__ import annotations

from collections.abc import Sequence

from spanglass_evaluators.bias.terms.vocabulary import AXES
from spanglass_evaluators.contract import SpanEvaluator
from spanglass_evaluators.errors import ConfigurationError


def built(names: Sequence[str], axes: Sequence[str], where: str) -> tuple[SpanEvaluator, ...]:
    """Loads their models. Raises ConfigurationError for an evaluator or an axis that there is not."""
    from spanglass_evaluators.registry import registrations  # it lists the family that asks

    for axis in axes:
        if axis not in AXES:
            raise ConfigurationError(f"{where}: there is no axis {axis!r}; there are {', '.join(AXES)}")
    known = registrations()
    for name in names:
        if name not in known:
            raise ConfigurationError(f"{where}: no such evaluator: {name!r}; there are {', '.join(sorted(known))}")
    return tuple(known[name].build({}) for name in names)
