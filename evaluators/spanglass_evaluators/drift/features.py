"""What a feature's name asks for.

OutputTokens                        a column
output_text, output_text.terms      a text, or an aspect of it
score:refusal given ResponseModel   a score of 0 or 1, within each value of another column
joint                               all columns of the comparison together, told apart by a classifier
"""

from __future__ import annotations

from dataclasses import dataclass

from spanglass_evaluators.columns import TEXT_COLUMNS
from spanglass_evaluators.drift.aspects import ASPECTS, split_aspect
from spanglass_evaluators.errors import ConfigurationError

JOINT = "joint"
_GIVEN = " given "


@dataclass(frozen=True, slots=True)
class Feature:
    """A parsed name. `given`: the column whose values are held fixed; `aspect`: of a text column."""

    name: str
    column: str
    aspect: str = ""
    given: str = ""

    @property
    def is_text(self) -> bool:
        return self.column in TEXT_COLUMNS

    @property
    def is_joint(self) -> bool:
        return self.name == JOINT

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(name for name in (self.column, self.given) if name and name != JOINT)


def parse_feature(name: str) -> Feature:
    """Raises ConfigurationError for an aspect that does not exist."""
    asked, _, given = name.partition(_GIVEN)
    column, aspect = split_aspect(asked)
    if aspect and aspect not in ASPECTS:
        raise ConfigurationError(f"{name!r}: {column} has no aspect {aspect!r}; it has {', '.join(ASPECTS)}")
    return Feature(name, column, aspect, given)
