"""The evaluators there are: ours in one list, others by entry point (group `spanglass.evaluators`).

An entry point names a span evaluator, or a function that takes its options (a mapping) and returns one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeVar

from spanglass_evaluators.contract import SpanEvaluator
from spanglass_evaluators.errors import ConfigurationError, DuplicateEvaluatorError

ENTRY_POINT_GROUP = "spanglass.evaluators"

Options = Mapping[str, Any]
ConfigT = TypeVar("ConfigT")


@dataclass(frozen=True, slots=True)
class Registration:
    """A name and how to build what it stands for. Building may load a model; listing never does."""

    name: str
    build: Callable[[Options], SpanEvaluator]
    enabled_by_default: bool = True


def _reference_match(options: Options) -> SpanEvaluator:
    from spanglass_evaluators.quality.reference_match import ReferenceMatch, ReferenceMatchConfig

    return ReferenceMatch(configured(ReferenceMatchConfig, options, "evaluators.reference_match"))


def _refusal(options: Options) -> SpanEvaluator:
    from spanglass_evaluators.quality.refusal import Refusal, RefusalConfig

    return Refusal(configured(RefusalConfig, options, "evaluators.refusal"))


def _toxicity(options: Options) -> SpanEvaluator:
    from spanglass_evaluators.toxicity.evaluator import of_output

    without_options(options, "evaluators.toxicity")
    return of_output()


def _toxicity_input(options: Options) -> SpanEvaluator:
    from spanglass_evaluators.toxicity.evaluator import of_input

    without_options(options, 'evaluators."toxicity.input"')
    return of_input()


BUILT_IN: tuple[Registration, ...] = (
    Registration("reference_match", _reference_match),
    Registration("refusal", _refusal),
    Registration("toxicity", _toxicity),
    Registration("toxicity.input", _toxicity_input, enabled_by_default=False),
)


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


def configured(config: type[ConfigT], options: Options, where: str) -> ConfigT:
    """The dataclass filled from a table of settings; lists become tuples. Raises ConfigurationError."""
    known = [f.name for f in fields(config)]  # type: ignore[arg-type]  # every config is a dataclass
    for name in options:
        if name not in known:
            raise ConfigurationError(f"{where} has no setting {name!r}; it has {', '.join(known)}")
    try:
        return config(**{name: tuple(v) if isinstance(v, list) else v for name, v in options.items()})
    except TypeError as error:
        raise ConfigurationError(f"{where}: {error}") from error


def without_options(options: Options, where: str) -> None:
    """Raises ConfigurationError when there are any."""
    if options:
        raise ConfigurationError(f"{where} has no setting {next(iter(options))!r}")
