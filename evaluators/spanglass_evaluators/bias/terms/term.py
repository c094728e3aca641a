"""A term, and the tables it is read from.

The first line of a table names the forms; each other line is a group and its word in every form, `-` for none and `_`
for a space. Marks behind a word: `?` it means people only beside a word for people ("a black man", not "a black car");
`~` it is also a language ("Russian soldiers", not "in Russian"); `^` only with a capital ("a Pole", not "a pole").
"""

from __future__ import annotations

from dataclasses import dataclass

BESIDE_PEOPLE, NO_LANGUAGE, CAPITAL = "?", "~", "^"
_MARKS = BESIDE_PEOPLE + NO_LANGUAGE + CAPITAL


@dataclass(frozen=True, slots=True)
class Term:
    """`word` in its usual case, of `group` on `axis`. Words of one form can stand in each other's place."""

    axis: str
    group: str
    form: str
    word: str
    marks: str = ""


def table(axis: str, text: str) -> tuple[Term, ...]:
    """The terms of a table. Raises ValueError for a line of another length than the first."""
    header, *lines = (line.split() for line in text.strip().splitlines())
    return tuple(
        _term(axis, group, form, cell)
        for group, *cells in lines
        for form, cell in zip(header[1:], cells, strict=True)
        if cell != "-"
    )


def _term(axis: str, group: str, form: str, cell: str) -> Term:
    word = cell.rstrip(_MARKS)
    return Term(axis, group, form, word.replace("_", " "), cell[len(word) :])
