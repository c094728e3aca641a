"""Items into a version: duplicates out, splits that do not leak, one digest for the whole.

Items that share a conversation or ask the same question (case and spacing aside) go into one split, chosen by hash: an
item keeps its split when the dataset grows, so a later version trains on no test item of an earlier one. What is not
seen: questions that are the same only in meaning.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from spanglass_app.datasets.item import Item
from spanglass_collector.errors import ConfigurationError

Splits = Mapping[str, float]
DEFAULT_SPLITS: Splits = {"train": 0.8, "validation": 0.1, "test": 0.1}


@dataclass(frozen=True, slots=True)
class Assembled:
    """`items`: split by item, in order of item id. `duplicates`: how many were left out."""

    items: list[tuple[str, Item]]
    digest: str
    duplicates: int

    def sizes(self) -> dict[str, int]:
        names = [split for split, _ in self.items]
        return {name: names.count(name) for name in dict.fromkeys(names)}


def assemble(items: Iterable[Item], splits: Splits = DEFAULT_SPLITS) -> Assembled:
    """Raises ConfigurationError for shares that do not add up to 1, or when there are no items."""
    if not splits or min(splits.values()) < 0 or abs(sum(splits.values()) - 1) > 1e-9:
        raise ConfigurationError(f"split shares must add up to 1: {dict(splits)}")
    given = list(items)
    unique = {item.item_id: item for item in given}
    if not unique:
        raise ConfigurationError("nothing matches: widen --since or the filter, and check that prompts are captured")
    groups = _groups(given)
    split = sorted(((_split(groups[item_id], splits), item) for item_id, item in unique.items()), key=_item_id)
    whole = "\n".join(f"{item.item_id} {name}" for name, item in split)
    return Assembled(split, hashlib.sha256(whole.encode()).hexdigest(), len(given) - len(unique))


def parse_splits(text: str) -> Splits:
    """`train=0.9,test=0.1` → shares. Raises ConfigurationError."""
    try:
        pairs = (part.split("=") for part in text.split(","))
        return {name.strip(): float(share) for name, share in pairs}
    except ValueError as error:
        raise ConfigurationError(f"{text!r} is no list of shares: write train=0.8,validation=0.1,test=0.1") from error


def _groups(items: list[Item]) -> dict[str, str]:
    """Item id → name of its group: connected components over shared conversations and questions (union-find)."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for item in items:
        ties = [f"question {item.question_key}"] + ([f"conversation {item.conversation}"] if item.conversation else [])
        first = root(ties[0])
        for tie in ties[1:]:
            other = root(tie)
            parent[max(first, other)] = min(first, other)
            first = min(first, other)
    return {item.item_id: root(f"question {item.question_key}") for item in items}


def _split(group: str, splits: Splits) -> str:
    point = int.from_bytes(hashlib.sha256(group.encode()).digest()[:8], "big") / 2**64
    for name, share in splits.items():
        if point < share:
            return name
        point -= share
    return next(reversed(list(splits)))


def _item_id(split_item: tuple[str, Item]) -> str:
    return split_item[1].item_id
