"""The evaluators there are: ours in one list, others by entry point (group `spanglass.evaluators`).

An entry point names a span evaluator, or a function that takes its options (a mapping) and returns one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from spanglass_evaluators.adapters import registrations as adapters
from spanglass_evaluators.bias import registrations as bias
from spanglass_evaluators.contract import SpanEvaluator
from spanglass_evaluators.drift import registrations as drift
from spanglass_evaluators.errors import ConfigurationError, DuplicateEvaluatorError
from spanglass_evaluators.judge import registrations as judge
from spanglass_evaluators.quality import registrations as quality
from spanglass_evaluators.registration import Options, Registration, WindowRegistration
from spanglass_evaluators.safety import registrations as safety
from spanglass_evaluators.toxicity import registrations as toxicity

ENTRY_POINT_GROUP = "spanglass.evaluators"


BUILT_IN: tuple[Registration, ...] = (
    *quality.REGISTRATIONS,
    *toxicity.REGISTRATIONS,
    *safety.REGISTRATIONS,
    *judge.REGISTRATIONS,
)

WINDOW_FAMILIES: Mapping[str, WindowRegistration] = {
    registration.name: registration
    for registration in (
        *drift.WINDOW_REGISTRATIONS,
        *bias.WINDOW_REGISTRATIONS,
        *quality.WINDOW_REGISTRATIONS,
    )
}
"""By the name of the list of tables in the configuration."""

KINDS = {**judge.KINDS, **adapters.KINDS}
"""What a table of a name of the user's may be, by its `kind`."""


def registrations() -> dict[str, Registration]:
    """Ours and those of installed packages. Raises DuplicateEvaluatorError."""
    return by_name([*BUILT_IN, *map(_installed, entry_points(group=ENTRY_POINT_GROUP))])


def _installed(entry: EntryPoint) -> Registration:
    return Registration(entry.name, lambda options: _built(entry.load(), options, entry.name))


def by_name(registered: Iterable[Registration]) -> dict[str, Registration]:
    """Raises DuplicateEvaluatorError."""
    found: dict[str, Registration] = {}
    for registration in registered:
        if registration.name in found:
            raise DuplicateEvaluatorError(registration.name)
        found[registration.name] = registration
    return found


def load(path: str, options: Options, name: str) -> SpanEvaluator:
    """The evaluator at `module:attribute`. Raises ConfigurationError when there is none."""
    module, _, attribute = path.partition(":")
    if not module or not attribute:
        raise ConfigurationError(f'evaluators.{name}: load = {path!r}: write "module:attribute"')
    try:
        found = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigurationError(f"evaluators.{name}: load = {path!r} names nothing: {error}") from error
    return _built(found, options, name)


def _built(found: Any, options: Options, name: str) -> SpanEvaluator:
    if not hasattr(found, "score"):
        found = found(options) if callable(found) else found
    elif options:
        raise ConfigurationError(f"evaluators.{name} takes no options; got {', '.join(options)}")
    if not all(hasattr(found, part) for part in ("name", "version", "columns", "where", "score")):
        raise ConfigurationError(
            f"evaluators.{name} is a {type(found).__name__}, which is no span evaluator (contract.py)"
        )
    evaluator: SpanEvaluator = found
    return evaluator
