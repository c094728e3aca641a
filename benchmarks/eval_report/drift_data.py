"""The real data that the drift sections measure on, as columns."""

from __future__ import annotations

import csv
import gzip
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Answers = tuple[dict[str, Any], ...]

CENSUS = ("AGEP", "MAR", "ANC", "SCHL", "NATIVITY")


@lru_cache(maxsize=4)
def census(data: Path, part: str) -> dict[str, npt.NDArray[np.str_]]:
    """The five columns of `reference` or `analysis`, as texts in the order of the file."""
    with gzip.open(data / "census_drift" / f"{part}.csv.gz", "rt", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return {name: np.array([row[name] for row in rows]) for name in CENSUS}


@lru_cache(maxsize=4)
def answers(data: Path, task: str) -> Answers:
    """LLMDrift's answers to one task."""
    with gzip.open(data / "llmdrift" / f"{task}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return tuple(map(json.loads, lines))


def of_model(found: Answers, model: str) -> Answers:
    return tuple(row for row in found if row["model"] == model)


@lru_cache(maxsize=2)
def electricity(data: Path) -> dict[str, Numbers]:
    """The electricity market, half hour by half hour; times from row numbers, in ns."""
    with gzip.open(data / "elec2_stream" / "elec2.csv.gz", "rt", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    columns = {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}
    columns["time_ns"] = np.arange(len(rows)) * 1800e9
    return columns


def published(data: Path, dataset: str) -> dict[tuple[str, str], tuple[float, str, float]]:
    """(subset, metric) -> value, status, tolerance."""
    figures = json.loads((data / "published.json").read_text(encoding="utf-8"))
    return {
        (figure["subset"], figure["metric"]): (figure["value"], figure["status"], figure["tolerance"])
        for figure in figures
        if figure["dataset"] == dataset
    }


def says_prime(answer: str) -> str:
    """The study's rule: each word in brackets; a [yes] anywhere wins, else a [no], else it is undetermined."""
    words = "".join(f"[{word}]" for word in re.split(r"[\s,.]+", answer)).lower()
    return "yes" if "[yes]" in words else "no" if "[no]" in words else ""


def is_right(row: dict[str, Any]) -> bool:
    """PRIME: the same verdict as the reference answer."""
    return bool(says_prime(row["answer"])) and says_prime(row["answer"]) == says_prime(row["ref_answer"])


def gives_opinion(row: dict[str, Any]) -> bool:
    """OPINIONQA: begins with an option that is not the refusal."""
    option = re.match(r"\s*\(([A-Z])\)", row["answer"])
    return bool(option) and not re.match(r"\s*\([A-Z]\)\.? ?Refused", row["answer"])


def is_accepted(row: dict[str, Any]) -> bool:
    """LEETCODE: the submitted answer passed as it was."""
    return "Accepted" in str(row.get("Code_Submit", ""))
