"""An OTLP/JSON document before it is a message: lists of objects found by name, in either spelling."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any


def items(parents: Iterable[Mapping[str, Any]], name: str) -> Iterator[dict[str, Any]]:
    """The objects of list `name` (camelCase, snake_case is understood) in each parent.

    Raises ValueError when what is there is no list of objects.
    """
    for parent in parents:
        found: Any = parent.get(name) or parent.get(snake_case(name)) or []
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            raise ValueError(f"{name} must be a list of objects")
        yield from found


def member(parents: Iterable[Mapping[str, Any]], name: str) -> Iterator[dict[str, Any]]:
    """The object `name` of each parent that has one. Raises ValueError when it is none."""
    for parent in parents:
        found: Any = parent.get(name) or parent.get(snake_case(name))
        if found is None:
            continue
        if not isinstance(found, dict):
            raise ValueError(f"{name} must be an object")
        yield found


def snake_case(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
