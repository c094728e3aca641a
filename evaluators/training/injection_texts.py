"""Attacks and their harmless look-alikes for training, made from our own templates: no line is anybody else's.

`{slot}` is filled by chance from SLOTS, whose fillings may hold slots themselves. The look-alikes use the words of
attacks for ordinary ends ("ignore the outliers in the data"), so that the model has to learn how they stand together.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

WRITTEN = Path(__file__).parent / "written"
_SLOT = re.compile(r"\{(\w+)\}")
_SEPARATORS = ("\n\n", "\n", " ", "\n---\n", "\n\n\n", ". ", "\n####\n")


def templates(name: str) -> list[str]:
    """The lines of a file in `written/`."""
    lines = (WRITTEN / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line.replace("\\n", "\n") for line in lines if line and not line.startswith("#")]


def slots() -> dict[str, list[str]]:
    """Slot name -> its fillings: lines `name: one | two | three`."""
    found = {}
    for line in templates("injection_slots"):
        name, _, fillings = line.partition(": ")
        found[name] = [filling.strip(" ") for filling in fillings.split(" | ")]
    return found


def filled(template: str, fillings: dict[str, list[str]], chance: random.Random) -> str:
    """The template with every slot filled."""
    while _SLOT.search(template):
        template = _SLOT.sub(lambda slot: chance.choice(fillings[slot[1]]), template)
    return template


def texts(name: str, count: int, chance: random.Random) -> Iterator[str]:
    """`count` different texts from the templates of a file, each template equally often."""
    lines, fillings, seen = templates(name), slots(), set[str]()
    for number in range(count * 3):
        text = filled(lines[number % len(lines)], fillings, chance)
        if text not in seen and len(seen) < count:
            seen.add(text)
            yield _dressed(text, chance)


def hidden(attacks: list[str], ordinary: list[str], count: int, chance: random.Random) -> Iterator[str]:
    """An attack in Unicode's tag characters, which nobody sees, inside something ordinary."""
    for _ in range(count):
        attack = chance.choice(attacks).encode("ascii", "ignore")
        yield chance.choice(ordinary) + "".join(chr(0xE0000 + code) for code in attack if code >= 0x20)


def _dressed(text: str, chance: random.Random) -> str:
    """Case and punctuation as people type."""
    dice = chance.random()
    if dice < 0.08:
        return text.upper()
    if dice < 0.25:
        return text.lower().rstrip(".")
    return text


def combined(first: list[str], second: list[str], count: int, chance: random.Random) -> Iterator[str]:
    """A text of each kind in one, in either order: an attack inside something ordinary."""
    for _ in range(count):
        parts = [chance.choice(first), chance.choice(second)]
        chance.shuffle(parts)
        yield chance.choice(_SEPARATORS).join(parts)
