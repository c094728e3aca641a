"""A statement as it came: text, values, and what surrounds it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

FORMAT = re.compile(r"\bFORMAT\s+(\w+)\s*;?\s*$", re.IGNORECASE)


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


def result_format(statement: Statement) -> str:
    """The format the result comes in: the statement's own FORMAT clause, else the request's default."""
    match = FORMAT.search(statement.sql)
    return match.group(1) if match else statement.default_format
