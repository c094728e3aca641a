"""What stands behind an evaluator's name, and how its settings become its configuration.

Each family of evaluators lists its own in `<family>/registrations.py`; registry.py puts the lists together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, TypeVar

from spanglass_evaluators.contract import SpanEvaluator, WindowEvaluator
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.setting_types import check_type, types_of

Options = Mapping[str, Any]
ConfigT = TypeVar("ConfigT")


@dataclass(frozen=True, slots=True)
class Registration:
    """A name and how to build what it stands for. Building may load a model; listing never does."""

    name: str
    build: Callable[[Options], SpanEvaluator]
    enabled_by_default: bool = True


@dataclass(frozen=True, slots=True)
class WindowRegistration:
    """A list of tables in the configuration (`[[name]]`), each of which builds one window evaluator.

    `build` gets what is left of a table after the window plan, and the table's name for error messages.
    `by_default`: the tables that run where the configuration has none.
    """

    name: str
    build: Callable[[Options, str], WindowEvaluator]
    by_default: tuple[Options, ...] = ()


def configured(config: type[ConfigT], options: Options, where: str) -> ConfigT:
    """The dataclass filled from a table of settings; lists become tuples.

    Raises ConfigurationError for a setting that is none, one of another type, and one that is missing.
    """
    known = [f.name for f in fields(config)]  # type: ignore[arg-type]  # every config is a dataclass
    for name in options:
        if name not in known:
            raise ConfigurationError(f"{where} has no setting {name!r}; it has {', '.join(known)}")
    types = types_of(config)
    for name, value in options.items():
        check_type(value, types[name], f"{where}.{name}")
    for f in fields(config):  # type: ignore[arg-type]
        if f.init and f.name not in options and f.default is MISSING and f.default_factory is MISSING:
            raise ConfigurationError(
                f"{where} needs a setting {f.name!r}: its page under docs/evaluators says what it is"
            )
    try:
        return config(**{name: tuple(v) if isinstance(v, list) else v for name, v in options.items()})
    except TypeError as error:
        raise ConfigurationError(f"{where}: {error}") from error


def without_options(options: Options, where: str) -> None:
    """Raises ConfigurationError when there are any."""
    if options:
        raise ConfigurationError(f"{where} has no setting {next(iter(options))!r}")
