"""Who is compared: each row's group, from a column of the window or from what its text says. Pure.

- `metadata.KEY`, or a column of spans: what the app declared.
- `language`: of the question, by py3langid; rows it is not sure of are in no group.
- `named.AXIS` (`named.religion`): the group of people that the question names; `nobody` where it names none of
  the axis. Questions that name several are in no group.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from spanglass_evaluators.bias.mentions import groups_named
from spanglass_evaluators.bias.terms.vocabulary import AXES
from spanglass_evaluators.errors import ConfigurationError

LANGUAGE, NAMED = "language", "named."
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Attribute:
    """What makes the groups: a column, and how its values become names of groups. '' is in no group."""

    key: str
    column: str
    names: Callable[[Sequence[Any]], Sequence[str]]


def attribute_of(setting: str) -> Attribute:
    """Raises ConfigurationError for an axis that there is not."""
    if setting == LANGUAGE:
        return Attribute(LANGUAGE, "input_text", _languages)
    if setting.startswith(NAMED):
        axis = setting.removeprefix(NAMED)
        if axis not in AXES:
            raise ConfigurationError(f"attribute = {setting!r}: there is no axis {axis!r}; there are {', '.join(AXES)}")
        return Attribute(setting, "input_text", lambda texts: [_named(text or "", axis) for text in texts])
    return Attribute(setting.removeprefix("metadata."), setting, _declared)


def _declared(values: Sequence[Any]) -> Sequence[str]:
    return ["" if value is None else str(value) for value in values]


def _languages(texts: Sequence[Any]) -> Sequence[str]:
    from spanglass_evaluators.quality.form.language import LanguageConfig, language_of

    config = LanguageConfig()
    return [language_of(text or "", config) for text in texts]


def _named(text: str, axis: str) -> str:
    named = groups_named(text, axis)
    return "" if len(named) > 1 else named[0] if named else NOBODY
