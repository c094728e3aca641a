"""A statement as it came: text, values, and what surrounds it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_FORMAT = re.compile(r"\bFORMAT\s+(\w+)\Z", re.IGNORECASE)
_TAIL = "; \t\r\n\f\v"
"""What may follow the FORMAT clause; taken off first, as a pattern for it would try every place in it."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One HTTP request to the SQL endpoint, taken apart."""

    sql: str
    default_format: str
    database: str
    settings: Mapping[str, str]
    parameters: Mapping[str, str]
    data: bytes = b""
    """Rows of an INSERT, in the format its text names."""


def split_format(sql: str) -> tuple[str, str]:
    """(the text before its FORMAT clause, the format); ('' as format, and all of the text, when it has none)."""
    text = sql.rstrip(_TAIL)
    match = _FORMAT.search(text)
    return (text[: match.start()], match.group(1)) if match else (sql, "")


def result_format(statement: Statement) -> str:
    """The format the result comes in: the statement's own FORMAT clause, else the request's default."""
    return split_format(statement.sql)[1] or statement.default_format
