"""Dialects as data: which attribute names, span kinds and provider names mean the same thing.

`dialects/fields.csv` maps alias -> canonical field; the order of rows within a field is the order of preference.
`kinds.csv` and `providers.csv` map values; `indexed.csv` names the flattened-message families (`prefix.0.role` ...).
To teach Spanglass another dialect, add rows; the views are regenerated at the next migration.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from types import SimpleNamespace

RANKS_PER_FIELD = 64
"""Most aliases one field may have: the rank takes the low 6 bits of a code."""

TEXT_FIELDS = (
    "InputMessages",
    "OutputMessages",
    "SystemInstructions",
    "ToolDefinitions",
    "Documents",
    "Input",
    "Output",
)
"""Fields whose text has a column of its own and is therefore not repeated in SpanAttributes."""


def _rows(name: str) -> list[dict[str, str]]:
    text = files(__package__).joinpath(f"dialects/{name}").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@dataclass(frozen=True)
class Dialects:
    """The alias tables in the form the view templates read."""

    fields: tuple[tuple[str, str], ...]
    """(canonical field, alias), most preferred first within a field."""
    kinds: dict[str, str]
    providers: dict[str, str]
    indexed: tuple[SimpleNamespace, ...]

    @classmethod
    def load(cls) -> Dialects:
        return cls(
            fields=tuple((row["field"], row["alias"]) for row in _rows("fields.csv")),
            kinds={row["value"]: row["kind"] for row in _rows("kinds.csv")},
            providers={row["value"]: row["provider"] for row in _rows("providers.csv")},
            indexed=tuple(SimpleNamespace(**row) for row in _rows("indexed.csv")),
        )

    @cached_property
    def names(self) -> list[str]:
        """Canonical fields in order of first appearance; a field's code is its place here, from 1."""
        return list(dict.fromkeys(field for field, _ in self.fields))

    def field_code(self, name: str) -> int:
        return self.names.index(name) + 1

    @cached_property
    def codes(self) -> dict[str, int]:
        """alias -> field code * RANKS_PER_FIELD + rank; a lower rank is preferred."""
        ranks: dict[str, int] = {}
        codes: dict[str, int] = {}
        for field, alias in self.fields:
            if alias in codes:
                raise ValueError(f"fields.csv names the alias {alias!r} twice")
            codes[alias] = self.field_code(field) * RANKS_PER_FIELD + ranks.get(field, 0)
            ranks[field] = ranks.get(field, 0) + 1
        return codes

    @cached_property
    def text_codes(self) -> list[int]:
        """Codes of the attributes that are left out of SpanAttributes."""
        return [code for field, alias in self.fields for code in [self.codes[alias]] if field in TEXT_FIELDS]
