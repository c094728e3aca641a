"""Dialects as data: which attribute names, span kinds and provider names mean the same thing.

`dialects/fields.csv` maps alias -> canonical field; the order of rows within a field is the order of preference.
`kinds.csv` and `providers.csv` map values; `indexed.csv` names the flattened-message families (`prefix.0.role` ...).
To teach Spanglass another dialect, add rows; the views are regenerated at the next migration.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from types import SimpleNamespace

from spanglass_collector.store.literal import sql_literal

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


def rows(name: str) -> list[dict[str, str]]:
    text = files(__package__).joinpath(f"dialects/{name}").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _members() -> dict[str, str]:
    types: dict[str, list[str]] = {}
    for row in rows("members.csv"):
        sources = sql_literal(row["sources"].split(";"))
        types.setdefault(row["type"], []).append(f"({sql_literal(row['member'])}, {sources})")
    return {name: f"[{', '.join(rows)}]" for name, rows in types.items()}


@dataclass(frozen=True)
class Dialects:
    """The alias tables in the form the view templates read."""

    fields: tuple[tuple[str, str], ...]
    """(canonical field, alias), most preferred first within a field."""
    kinds: dict[str, str]
    providers: dict[str, str]
    indexed: tuple[SimpleNamespace, ...]
    """Flattened families: `prefix.0.role` ..., by the field they spell."""
    single: dict[str, str]
    """Attributes that are one member of a message: name -> its flattened form."""
    reshaped: tuple[SimpleNamespace, ...]
    parts: dict[str, SimpleNamespace]
    members: dict[str, str]
    """Type of an object -> the ClickHouse array of its (member, [sources])."""
    roles: dict[str, str]
    finish_reasons: dict[str, str]
    """Every sender's word -> the convention's: stop, length, content_filter, tool_call, error."""

    @classmethod
    def load(cls) -> Dialects:
        return cls(
            fields=tuple((row["field"], row["alias"]) for row in rows("fields.csv")),
            kinds={row["value"]: row["kind"] for row in rows("kinds.csv")},
            providers={row["value"]: row["provider"] for row in rows("providers.csv")},
            indexed=tuple(SimpleNamespace(**row) for row in rows("indexed.csv") if row["prefix"].endswith(".")),
            single={row["prefix"]: row["field"] for row in rows("indexed.csv") if not row["prefix"].endswith(".")},
            reshaped=tuple(SimpleNamespace(**row) for row in rows("reshaped.csv")),
            parts={row["value"]: SimpleNamespace(**row) for row in rows("parts.csv")},
            members=_members(),
            roles={row["value"]: row["role"] for row in rows("roles.csv")},
            finish_reasons={row["value"]: row["reason"] for row in rows("finish_reasons.csv")},
        )

    def how(self, way: str) -> list[str]:
        """Attributes of reshaped.csv that are read in this way."""
        return [row.attribute for row in self.reshaped if row.how == way]

    @cached_property
    def shapes(self) -> dict[str, str]:
        """JSON attributes -> the field they say, most preferred first."""
        return {row.attribute: row.field for row in self.reshaped if row.how in ("messages", "tools", "documents")}

    @cached_property
    def reshaped_pattern(self) -> str:
        """Matches the names of attributes that are rebuilt before they are read; RE2 and `re` read it alike."""
        names = [re.escape(row.attribute) + ("" if row.attribute.endswith(".") else "$") for row in self.reshaped]
        names += [re.escape(row.prefix) for row in self.indexed] + [re.escape(name) + "$" for name in self.single]
        return "^(" + "|".join(dict.fromkeys(names)) + ")"

    @property
    def reshaping_events(self) -> list[str]:
        return [
            *self.message_events,
            *self.answer_events,
            *self.first_token_events,
            "db.query.result",
            "db.search.result",
        ]

    @property
    def message_events(self) -> list[str]:
        return [
            *(f"gen_ai.{role}.message" for role in ("system", "user", "assistant", "tool")),
            "gen_ai.content.prompt",
        ]

    @property
    def answer_events(self) -> list[str]:
        return ["gen_ai.choice", "gen_ai.content.completion"]

    @property
    def first_token_events(self) -> list[str]:
        return [
            "First Token Stream Event",
            "gen_ai.content.completion.chunk",
            "llm.content.completion.chunk",
            "ai.stream.firstChunk",
        ]

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
