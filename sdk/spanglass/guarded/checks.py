"""What a check is, and how a guard comes by it: a callable, a name, or a name with options.

A check is any callable that takes a text and answers what it found:

    None or False      nothing
    True or a kind     the whole text
    an iterable of (kind, start, end) or (kind, start, end, confidence)

It runs in a thread of the guard and should be done within a few milliseconds. An attribute `sides` says where it
belongs (("input",), ("output",) or both, which is what it is without), `kinds` what it can find at all (a policy for
another kind is then refused), `owasp` to which entry of the OWASP Top 10 for
LLM applications its findings belong. Names are entry points of the group
`spanglass.guard_checks`: functions that take options as keywords and return a check. The SDK imports none of them
before a guard asks for one by its name (docs/decisions/0009-inline-guard.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, get_args

from spanglass.errors import ConfigurationError
from spanglass.guarded.decision import Side

GROUP = "spanglass.guard_checks"
Check = Callable[[str], Any]
Wanted = Sequence[str | Check] | Mapping[str, Mapping[str, Any]]
Match = tuple[str, int, int, float]
_SIDES: tuple[Side, ...] = get_args(Side)


@dataclass(frozen=True, slots=True)
class NamedCheck:
    """A check, its name in policies and scores, the sides it looks at, and the OWASP entry its findings belong to."""

    name: str
    check: Check
    sides: tuple[Side, ...]
    owasp: str = ""
    kinds: tuple[str, ...] = ()

    def find(self, text: str) -> list[Match]:
        """What it found, in one shape. Raises what the check raises, and TypeError for an answer that is none."""
        return list(_matches(self.check(text), text))


def resolve(wanted: Wanted, sides: tuple[Side, ...] | None) -> tuple[NamedCheck, ...]:
    """The checks in the order given. Raises ConfigurationError: a guard that silently lacks one is no guard."""
    options = wanted if isinstance(wanted, Mapping) else {}
    if isinstance(wanted, str) or not wanted:
        raise ConfigurationError("guard(checks=...) needs a list of names or callables, or {name: options}")
    found = tuple(_named(entry, options.get(entry, {}) if isinstance(entry, str) else {}, sides) for entry in wanted)
    if len({one.name for one in found}) < len(found):
        raise ConfigurationError("guard(checks=...) has two checks of one name; give one of them another `name`")
    return found


def _named(entry: str | Check, options: Mapping[str, Any], sides: tuple[Side, ...] | None) -> NamedCheck:
    name = (entry.partition(":")[2] or entry) if isinstance(entry, str) else _name_of(entry)
    check = _built(entry, options) if isinstance(entry, str) else entry
    if not callable(check):
        raise ConfigurationError(f"guard: {name!r} is a {type(check).__name__}, which is no check")
    own_sides = tuple(getattr(check, "sides", _SIDES))
    return NamedCheck(name, check, sides or own_sides, getattr(check, "owasp", ""), tuple(getattr(check, "kinds", ())))


def sides_of(given: Sequence[str]) -> tuple[Side, ...]:
    """Raises ConfigurationError: on a side that is none a guard would check nothing."""
    unknown = [side for side in given if side not in _SIDES]
    if isinstance(given, str) or unknown or not given:
        raise ConfigurationError(f'guard: sides={given!r}; give a tuple of "input", "output" or both')
    return tuple(side for side in _SIDES if side in given)


def _built(name: str, options: Mapping[str, Any]) -> Any:
    make = _load(name)
    if not isinstance(options, Mapping):
        raise ConfigurationError(f"guard: the options of {name!r} are {options!r}; give a mapping, {{}} for none")
    try:
        return make(**options)
    except (ImportError, TypeError, ValueError) as error:
        raise ConfigurationError(f"guard: check {name!r} cannot be made: {error}") from error


def _name_of(check: Check) -> str:
    return str(getattr(check, "name", None) or getattr(check, "__name__", type(check).__name__))


def _load(name: str) -> Callable[..., Check]:
    """The factory behind an entry point's name, or behind `module:attribute`."""
    from importlib.metadata import entry_points

    module, _, attribute = name.partition(":")
    try:
        if attribute:
            return getattr(import_module(module), attribute)  # type: ignore[no-any-return]
        known = {entry.name: entry for entry in entry_points(group=GROUP)}
        if name in known:
            return known[name].load()  # type: ignore[no-any-return]
    except (ImportError, AttributeError) as error:
        raise ConfigurationError(f"guard: check {name!r} cannot be loaded: {error}") from error
    raise ConfigurationError(
        f"guard: no check {name!r}; installed are {', '.join(sorted(known)) or 'none'}; or pass a callable"
    )


def _matches(answer: Any, text: str) -> Iterable[Match]:
    if answer is None or answer is False:
        return
    if answer is True or isinstance(answer, str):
        yield ("found" if answer is True else answer), 0, len(text), 1.0
        return
    for kind, start, end, *rest in answer:
        confidence = float(rest[0]) if rest else 1.0
        if confidence != confidence:
            raise TypeError(f"the confidence of {kind!r} is no number")  # below no threshold, so it would pass unseen
        yield str(kind), max(0, int(start)), min(len(text), int(end)), confidence
