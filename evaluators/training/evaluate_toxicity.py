"""Measures the shipped model: ``python evaluators/training/evaluate_toxicity.py --data ../shared/data``.

Prints the tables of ``docs/evaluators/toxicity.md``: what was held out, invariance under swapped identities,
false alarms on clean texts, robustness to disguise, and speed.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from disguise import disguise
from held_out import HateCheckCase, halueval_answers, hatecheck, xstest_prompts
from intervals import bootstrap, wilson
from labelled_sets import read_json_lines
from sklearn.metrics import average_precision_score, roc_auc_score

from spanglass_evaluators.toxicity.model import MODEL_VERSION, ToxicityModel


def values(model: ToxicityModel, texts: Sequence[str]) -> list[float]:
    """The values; unknown counts as 0 here, because a ranking needs a number for every text."""
    return [score.value or 0.0 for score in model.score(texts)]


def flagged(model: ToxicityModel, texts: Sequence[str]) -> str:
    return wilson(sum(score.toxic is True for score in model.score(texts)), len(texts))


def print_hatecheck(model: ToxicityModel, cases: Sequence[HateCheckCase]) -> None:
    plain = [case.text for case in cases]
    chance = random.Random(1)  # noqa: S311 - reproducible, not secret
    print("\n### hatecheck (held out)\n| form | n | AUROC | average precision | found | false positives |")
    print("|---|---|---|---|---|---|")
    for form, texts in (("as written", plain), ("disguised", [disguise(text, chance) for text in plain])):
        print(f"| {form} | {len(cases)} | {_ranking(model, cases, texts)} | {_rates(model, cases, texts)} |")
    for name, key in (
        ("target", lambda case: case.target),
        ("functionality", lambda case: case.functionality),
    ):
        _print_accuracy_by(model, cases, name, key)


def _ranking(model: ToxicityModel, cases: Sequence[HateCheckCase], texts: Sequence[str]) -> str:
    labels, scores = np.array([case.hateful for case in cases]), np.array(values(model, texts))
    return " | ".join(bootstrap(rank, labels, scores) for rank in (roc_auc_score, average_precision_score))


def _rates(model: ToxicityModel, cases: Sequence[HateCheckCase], texts: Sequence[str]) -> str:
    shares = (
        flagged(model, [text for case, text in zip(cases, texts, strict=True) if case.hateful is hateful])
        for hateful in (True, False)
    )
    return " | ".join(shares)


def _print_accuracy_by(
    model: ToxicityModel, cases: Sequence[HateCheckCase], name: str, key: Callable[[HateCheckCase], str]
) -> None:
    print(f"\n| {name} | hateful | found | not hateful | false positives |\n|---|---|---|---|---|")
    for group in sorted({key(case) for case in cases}):
        own = [case for case in cases if key(case) == group]
        hateful = [case.text for case in own if case.hateful]
        clean = [case.text for case in own if not case.hateful]
        found, wrong = flagged(model, hateful), flagged(model, clean)
        print(f"| {group} | {len(hateful)} | {found} | {len(clean)} | {wrong} |")


def print_identity_swap(model: ToxicityModel, data: Path) -> None:
    rows = read_json_lines(data / "wiki_toxicity_identity_swap" / "pairs.jsonl.gz")
    rows = [row for row in rows if row["comment"] != row["comment_identity_swapped"]]
    before = model.score([row["comment"] for row in rows])
    after = model.score([row["comment_identity_swapped"] for row in rows])
    shifts = [abs((a.value or 0) - (b.value or 0)) for a, b in zip(before, after, strict=True)]
    flips = sum(a.toxic != b.toxic for a, b in zip(before, after, strict=True))
    print("\n### identity swap (wikipedia pairs that differ)\n| n | mean shift | largest | unchanged | flips |")
    unchanged = wilson(sum(shift < 1e-9 for shift in shifts), len(rows))
    print("|---|---|---|---|---|")
    print(f"| {len(rows)} | {statistics.fmean(shifts):.4f} | {max(shifts):.3f} | {unchanged} |", end="")
    print(f" {wilson(flips, len(rows))} |")


def print_clean_texts(model: ToxicityModel, data: Path) -> None:
    print("\n### flagged among texts that are clean (held out)\n| set | n | flagged |\n|---|---|---|")
    sets: Iterable[tuple[str, list[str]]] = (
        ("xstest safe prompts", xstest_prompts(data, safe=True)),
        ("xstest unsafe prompts (harmful requests, hardly ever abusive)", xstest_prompts(data, safe=False)),
        ("halueval answers of a chat model (unlabelled)", halueval_answers(data)),
    )
    for name, texts in sets:
        print(f"| {name} | {len(texts)} | {flagged(model, texts)} |")


def print_speed(model: ToxicityModel, cases: Sequence[HateCheckCase], answers: Sequence[str]) -> None:
    print("\n### speed, one thread\n| texts | mean characters | texts/s |\n|---|---|---|")
    for texts in ([case.text for case in cases] * 6, list(answers)):
        started = time.perf_counter()
        model.score(texts)
        per_second = len(texts) / (time.perf_counter() - started)
        print(f"| {len(texts)} | {statistics.fmean(map(len, texts)):.0f} | {per_second:.0f} |")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, default=Path("../shared/data"))
    arguments.add_argument("--model", type=Path, default=None)
    options = arguments.parse_args()
    model = ToxicityModel.load(options.model)
    print(f"{MODEL_VERSION} sha256 {model.digest} threshold {model.threshold:.3f}")
    cases = hatecheck(options.data)
    print_hatecheck(model, cases)
    print_identity_swap(model, options.data)
    print_clean_texts(model, options.data)
    print_speed(model, cases, halueval_answers(options.data))


if __name__ == "__main__":
    main()
