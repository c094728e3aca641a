"""Whether a setting's value is of the type its configuration asks for, said in the words of `spanglass.toml`."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from spanglass_evaluators.errors import ConfigurationError

_WORDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text in quotes",
}


def types_of(config: type[Any]) -> dict[str, Any]:
    """The types of a dataclass's fields, by name."""
    return get_type_hints(config)


def check_type(value: Any, wanted: Any, where: str) -> None:
    """Raises ConfigurationError. What is neither a scalar, a list of them nor a choice is left to its reader."""
    if not _fits(value, wanted):
        raise ConfigurationError(f"{where} = {value!r}: use {_words(wanted)}")


def _fits(value: Any, wanted: Any) -> bool:
    origin = get_origin(wanted)
    if origin in (Union, UnionType):
        return any(_fits(value, one) for one in get_args(wanted))
    if origin is Literal:
        return value in get_args(wanted)
    if origin is tuple:
        return isinstance(value, (list, tuple)) and all(_fits(one, get_args(wanted)[0]) for one in value)
    if wanted is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if wanted is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, wanted) if wanted in (bool, str, NoneType) else True


def _words(wanted: Any) -> str:
    origin = get_origin(wanted)
    if origin in (Union, UnionType):
        return " or ".join(_words(one) for one in get_args(wanted) if one is not NoneType)
    if origin is Literal:
        return f"one of {', '.join(map(str, get_args(wanted)))}"
    if origin is tuple:
        return f"a list [...], each of it {_words(get_args(wanted)[0])}"
    return _WORDS.get(wanted, "another value")
