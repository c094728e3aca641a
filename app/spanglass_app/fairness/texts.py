"""The texts of an audit: JSON Lines with "text", or "input" and "output"; any other file is one text a line."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from spanglass_collector.errors import ConfigurationError
from spanglass_evaluators.bias.counterfactual import Exchange


def read(file: Path, limit: int) -> list[Exchange]:
    """The first `limit` texts; `.gz` is unpacked. Raises ConfigurationError that names the line."""
    read_line = _json_line if ".json" in file.name else _plain_line
    found: list[Exchange] = []
    for number, line in _lines(file):
        if len(found) < limit and line.strip():
            found.append(read_line(line, f"{file}:{number}"))
    if not found:
        raise ConfigurationError(f"{file} holds no texts")
    return found


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    content = file.read_bytes()
    if file.suffix == ".gz":
        content = gzip.decompress(content)
    yield from enumerate(content.decode("utf-8").splitlines(), start=1)


def _plain_line(line: str, where: str) -> Exchange:
    return Exchange("", line.strip())


def _json_line(line: str, where: str) -> Exchange:
    try:
        fields: dict[str, Any] = orjson.loads(line)
        if "text" in fields:
            return Exchange("", str(fields["text"]))
        return Exchange(str(fields.get("input") or ""), str(fields["output"]))
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f'{where}: a line needs "text", or "output" and perhaps "input" ({error!r})'
        ) from error
