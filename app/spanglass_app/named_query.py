"""Queries by the name of their `.sql` file, which lies in the folder `sql` of the package that asks."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from spanglass_collector.store import Store


def rows(store: Store, package: str, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of `<package>/sql/<name>.sql` as column → value. Raises StoreError."""
    sql = files(package).joinpath(f"sql/{name}.sql").read_text(encoding="utf-8")
    result = store.query(sql, parameters)
    return [dict(zip(result.column_names, row, strict=True)) for row in result.result_rows]
