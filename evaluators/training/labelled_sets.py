"""Reads the public labelled sets and the sentences written for this model as examples of one shape.

Only sets whose NOTICE allows it are read here; the sets of ``held_out.py`` are for the measurement alone.
"""

from __future__ import annotations

import csv
import gzip
import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

WRITTEN = Path(__file__).parent / "written"

# File, label, weight: the look-alikes are few and each stands for many.
_WRITTEN_KINDS = (
    ("identity_neutral", False, 1.5),
    ("hostile", True, 1.0),
    ("benign_hard", False, 3.0),
    ("assistant_clean", False, 2.0),
    ("implicit_hostile", True, 1.0),
    ("counter_speech", False, 1.5),
)

_SLOT = re.compile(r"\{(\w)\}")
_TWEET_NOISE = re.compile(r"@\w+:?|https?://\S*|\bRT\b|&\w*$")


@dataclass(frozen=True, slots=True)
class Example:
    """A text with its label. ``group`` names the item it came from: no item is in two folds.

    ``weight`` is the share of annotators who agree; ``measured`` tells human labels from weak ones.
    """

    text: str
    toxic: bool
    weight: float
    group: str
    source: str
    measured: bool = True


def read_json_lines(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def read_csv(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def davidson(data: Path) -> Iterator[Example]:
    """Tweets: hate or offensive against neither. Handles and links are dropped: they say who, not what."""
    for row in read_csv(data / "davidson_hate_speech" / "tweets.csv.gz"):
        text = _TWEET_NOISE.sub(" ", html.unescape(row["tweet"])).strip(' "!')
        votes_toxic = int(row["hate_speech"]) + int(row["offensive_language"])
        share = votes_toxic / int(row["count"])
        if text and share != 0.5:
            key = " ".join(re.findall(r"\w+", text.lower()))  # retweets are one item
            yield Example(text, share > 0.5, max(share, 1 - share), f"davidson:{key}", "davidson")


def wikipedia(data: Path) -> Iterator[Example]:
    """Talk page comments, as written. The identity-swapped twin is kept for the measurement of invariance."""
    for row in read_json_lines(data / "wiki_toxicity_identity_swap" / "pairs.jsonl.gz"):
        yield Example(row["comment"], bool(row["toxic"]), 1.0, f"wiki:{row['rev_id']}", "wikipedia")


def moderation(data: Path) -> Iterator[Example]:
    """Prompts: hate, harassment or violence against none of them. Rows that are only sexual are left out."""
    for row in read_json_lines(data / "openai_moderation" / "samples.jsonl.gz"):
        toxic = any(row[category] == 1 for category in ("H", "H2", "HR", "V", "V2"))
        known_clean = row["H"] == 0 or row["HR"] == 0 or row["V"] == 0
        if toxic or (known_clean and not row["S"]):
            yield Example(row["text"], toxic, 1.0, f"moderation:{row['id']}", "moderation")


def clean_answers(data: Path) -> Iterator[Example]:
    """Answers of small open models and of dialogue systems, taken as clean: weak labels."""
    for row in read_json_lines(data / "pandalm_pairwise" / "pairs.jsonl.gz"):
        for text in dict.fromkeys((row["instruction"], row["response1"], row["response2"])):
            if text.strip():
                yield Example(text, False, 0.5, f"pandalm:{row['instruction']}", "pandalm", measured=False)
    for row in read_json_lines(data / "begin_groundedness" / "turns.jsonl.gz"):
        if row["data_source"] in (
            "wow",
            "cmu",
        ):  # CC BY; the third part of this set is under a sharing licence
            text = f"{row['message']}\n{row['response']}"
            yield Example(text, False, 0.5, f"begin:{row['knowledge']}", "begin", measured=False)


def written() -> Iterator[Example]:
    """The sentences in ``written/``: neutral identity statements, hostile ones, and clean look-alikes."""
    slots = {path.stem[-1]: written_lines(path.stem) for path in WRITTEN.glob("slot_?.txt")}
    for name, toxic, weight in _WRITTEN_KINDS:
        for line in written_lines(name):
            texts = _filled(line, slots)
            for text in texts:
                yield Example(text, toxic, weight / len(texts) ** 0.5, f"written:{line}", name, measured=False)


def written_lines(name: str) -> list[str]:
    lines = (WRITTEN / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _filled(line: str, slots: dict[str, list[str]]) -> list[str]:
    """Fillings of a template: its longest word list once through, the shorter ones in step, repeated."""
    used = sorted(set(_SLOT.findall(line)))
    if not used:
        return [line]
    longest = max(len(slots[slot]) for slot in used)
    return [_SLOT.sub(partial(_filler, slots, at), line) for at in range(longest)]


def _filler(slots: dict[str, list[str]], at: int, slot: re.Match[str]) -> str:
    words = slots[slot[1]]
    return words[at % len(words)]


def training_examples(data: Path) -> list[Example]:
    """Everything that training may see, in a fixed order."""
    return [*davidson(data), *wikipedia(data), *moderation(data), *clean_answers(data), *written()]
