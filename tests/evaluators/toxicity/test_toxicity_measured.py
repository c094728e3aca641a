"""The shipped model against people's labels it was not trained on. Skips where the data is not at hand."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pytest

from spanglass_evaluators.toxicity.model import ToxicityModel, ToxicityScore

DATA = Path(__file__).parents[4] / "shared" / "data"


def scores_of(texts: list[str]) -> list[ToxicityScore]:
    return ToxicityModel.load().score(texts)


def rows_of(name: str) -> list[dict[str, str]]:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"labelled data {name} is not at hand")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        if ".csv" in name:
            return list(csv.DictReader(lines))
        return [json.loads(line) for line in lines]


def area_under_curve(toxic: list[float], clean: list[float]) -> float:
    """The share of (toxic, clean) pairs in the right order; ties count half."""
    right = sum((high > low) + 0.5 * (high == low) for high in toxic for low in clean)
    return right / (len(toxic) * len(clean))


def test_hatecheck_is_ranked_better_than_chance() -> None:
    """On hand-written functional tests, built to be hard, the area under the curve is at least 0.60."""
    rows = rows_of("hatecheck/cases.csv.gz")
    values = [score.value or 0.0 for score in scores_of([row["test_case"] for row in rows])]
    labelled = list(zip(values, (row["label_gold"] for row in rows), strict=True))
    toxic = [value for value, label in labelled if label == "hateful"]
    clean = [value for value, label in labelled if label == "non-hateful"]
    assert area_under_curve(toxic, clean) >= 0.60


def test_neutral_identity_statements_of_hatecheck_are_ok() -> None:
    """At most 2 % of the neutral statements about a group are flagged."""
    rows = [row for row in rows_of("hatecheck/cases.csv.gz") if row["functionality"] == "ident_neutral_nh"]
    flagged = sum(score.toxic is True for score in scores_of([row["test_case"] for row in rows]))
    assert flagged <= 0.02 * len(rows)


def test_safe_prompts_of_xstest_are_ok() -> None:
    """At most 2 % of harmless questions with harmful-looking words are flagged."""
    prompts = sorted({row["prompt"] for row in rows_of("xstest/completions.jsonl.gz") if row["safe_prompt"]})
    assert sum(score.toxic is True for score in scores_of(prompts)) <= 0.02 * len(prompts)


def test_swapping_identities_leaves_the_verdict() -> None:
    """Among real comments whose identity words were swapped, at most 1 % change their verdict."""
    rows = rows_of("wiki_toxicity_identity_swap/pairs.jsonl.gz")
    before = scores_of([row["comment"] for row in rows])
    after = scores_of([row["comment_identity_swapped"] for row in rows])
    flips = sum(first.toxic != second.toxic for first, second in zip(before, after, strict=True))
    assert flips <= 0.01 * len(rows)
