"""All terms, looked up by word, and by axis, group and form."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from spanglass_evaluators.bias.terms.gender import GENDER
from spanglass_evaluators.bias.terms.origin import MIGRATION, NAMES, NATIONALITY, RACE
from spanglass_evaluators.bias.terms.person import AGE, DISABILITY, GENDER_IDENTITY, ORIENTATION
from spanglass_evaluators.bias.terms.religion import RELIGION
from spanglass_evaluators.bias.terms.term import Term

TERMS: tuple[Term, ...] = (
    *GENDER, *RELIGION, *NATIONALITY, *MIGRATION, *RACE, *NAMES, *AGE, *DISABILITY, *ORIENTATION, *GENDER_IDENTITY,
)  # fmt: skip

AXES: tuple[str, ...] = tuple(dict.fromkeys(term.axis for term in TERMS))


def _by_word() -> dict[str, tuple[Term, ...]]:
    found: dict[str, list[Term]] = defaultdict(list)
    for term in TERMS:
        if not term.word.endswith((" person", " people")):
            found[term.word.lower()].append(term)
    return {word: tuple(terms) for word, terms in found.items()}


BY_WORD: Mapping[str, tuple[Term, ...]] = _by_word()
"""Lower-case word, or words with a space between, -> what it may be.

"Chinese person" is found as "Chinese", an adjective: so "person" stays where it is.
"""

FIRST_OF_TWO: frozenset[str] = frozenset(word.split()[0] for word in BY_WORD if " " in word)


def _by_form() -> dict[tuple[str, str, str], Term]:
    found: dict[tuple[str, str, str], Term] = {}
    for term in TERMS:
        found.setdefault((term.axis, term.group, term.form), term)
    return found


BY_FORM: Mapping[tuple[str, str, str], Term] = _by_form()
"""(axis, group, form) -> the first word listed: the one that is put in another group's place."""


def groups(axis: str) -> tuple[str, ...]:
    """The groups of an axis, sorted. Raises ValueError for an axis that there is not."""
    if axis not in AXES:
        raise ValueError(f"there is no axis {axis!r}; there are {', '.join(AXES)}")
    return tuple(sorted({term.group for term in TERMS if term.axis == axis}))
