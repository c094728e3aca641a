"""Names the arguments of a call by parameter, without `inspect` on the hot path."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spanglass.capture.secrets import is_secret, redact


@dataclass(frozen=True, slots=True)
class Parameters:
    """What is known about a function's parameters when it is decorated.

    `positional` are the names in order; `skipped` counts a leading `self` or `cls`; `rest` is the name of
    `*args`.
    """

    positional: tuple[str, ...]
    skipped: int
    rest: str | None
    has_secret: bool

    def name(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Mapping[str, Any]:
        """`{parameter: argument}` for what the caller passed (defaults are not repeated), secrets redacted.

        Arguments that are dicts (headers, settings) are searched for secrets too, one level deep.
        """
        skipped = self.skipped
        named = dict(zip(self.positional, args[skipped:] if skipped else args, strict=False))
        if self.rest and len(args) > len(self.positional) + skipped:
            named[self.rest] = args[len(self.positional) + skipped :]
        if kwargs:
            named.update(kwargs)
        for key, value in named.items():
            if type(value) is dict:
                named[key] = redact(value)
        return redact(named) if kwargs or self.has_secret else named


def parameters_of(function: Callable[..., Any]) -> Parameters:
    """Callables without a readable signature (some builtins) have only `*args`."""
    try:
        listed = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return Parameters((), 0, "args", has_secret=False)
    positional = tuple(p.name for p in listed if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD))
    skipped = 1 if positional and positional[0] in ("self", "cls") else 0
    rest = next((p.name for p in listed if p.kind is p.VAR_POSITIONAL), None)
    return Parameters(positional[skipped:], skipped, rest, any(map(is_secret, positional)))
