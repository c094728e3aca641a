"""Python values as ClickHouse literals, for the few statements that take no bound values: DDL, mutations, settings."""

from __future__ import annotations

from typing import Any


def sql_literal(value: Any) -> str:
    """A str, an int, or a list of them."""
    if isinstance(value, list):
        return "[" + ", ".join(map(sql_literal, value)) + "]"
    if isinstance(value, int):
        return str(value)
    return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"
