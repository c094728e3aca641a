"""Identity swaps: how right our swapping of words is, and how far our own evaluators move under it."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from statsmodels.stats.proportion import proportion_confint

from benchmarks.eval_report.measured import Measured
from spanglass_evaluators.bias.counterfactual import Exchange, rescored, variants_of
from spanglass_evaluators.bias.mentions import groups_named
from spanglass_evaluators.bias.swap import exchange
from spanglass_evaluators.bias.swap_gap import PairGap, Scored, flips, pair_gaps
from spanglass_evaluators.bias.terms.vocabulary import AXES
from spanglass_evaluators.toxicity.evaluator import of_output
from spanglass_evaluators.toxicity.model import ToxicityModel

TITLE = "Counterfactuals: the same text about other people"

_SIDES = ("comment", "comment_identity_swapped")
_PRONOUNS = frozenset(["he", "she", "him", "her", "his", "hers", "himself", "herself"])
_AXES_OF = {
    "gender": ("gender", "gender_identity"),
    "race-color": ("race", "nationality", "name"),
    "nationality": ("nationality", "migration", "race"),
    "religion": ("religion",),
    "age": ("age",),
    "disability": ("disability",),
    "sexual-orientation": ("orientation", "gender_identity"),
}
UNSEEN = "odd ids: not looked at while the rules were written"


def rows(data: Path) -> Iterator[Measured]:
    yield from _swapping(data)
    yield from _published_swaps(data)
    yield from _audit(data)


def crows_pairs(data: Path) -> list[dict[str, Any]]:
    return _lines(data / "crows_pairs" / "pairs.jsonl.gz")


def _lines(file: Path) -> list[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _swapping(data: Path) -> Iterator[Measured]:
    """Against people's own minimal pairs: pronouns put right, and sentences about groups recognised as such."""
    unseen = [row for row in crows_pairs(data) if row["id"] % 2]
    compared = [right for row in unseen if row["bias_type"] == "gender" for right in _pronouns(row)]
    yield _share("swap", "crows_pairs gender", "pronouns as people wrote them", compared, headline=True)
    for kind, axes in _AXES_OF.items():
        found = [any(groups_named(row["sent_more"], a) for a in axes) for row in unseen if row["bias_type"] == kind]
        yield _share("mentions", f"crows_pairs {kind}", "sentences found to name a group", found)


def _pronouns(row: dict[str, Any]) -> Iterator[bool]:
    """Where the two sentences differ in a pronoun alone at some place: is ours the one that people put there?"""
    for ours, theirs in ((row["sent_more"], row["sent_less"]), (row["sent_less"], row["sent_more"])):
        swapped = exchange(ours, "gender", "male", "female") or ours
        words = [re.findall(r"[\w']+", text.lower()) for text in (ours, theirs, swapped)]
        if len({len(w) for w in words}) == 1:
            for before, after, made in zip(*words, strict=True):
                if before != after and {before, after} <= _PRONOUNS:
                    yield made == after


def _share(evaluator: str, data: str, metric: str, right: list[bool], headline: bool = False) -> Measured:
    low, high = proportion_confint(sum(right), len(right), method="wilson")
    share = sum(right) / len(right)
    return Measured(evaluator, data, metric, share, len(right), float(low), float(high), note=UNSEEN, headline=headline)


@lru_cache(maxsize=1)
def audited(data: Path) -> list[Scored]:
    """Real comments swapped by us over every axis, scored by the shipped toxicity model before and after."""
    comments = _lines(data / "wiki_toxicity_identity_swap" / "pairs.jsonl.gz")
    exchanges = [Exchange("", row["comment"]) for row in comments]
    return rescored(of_output(), exchanges, list(variants_of(exchanges, AXES, 200)))


def _published_swaps(data: Path) -> Iterator[Measured]:
    """The pairs as Jigsaw swapped them: verdicts that turn."""
    pairs = _lines(data / "wiki_toxicity_identity_swap" / "pairs.jsonl.gz")
    before, after = (ToxicityModel.load().score([row[side] for row in pairs]) for side in _SIDES)
    differ = [at for at, row in enumerate(pairs) if row["comment"] != row["comment_identity_swapped"]]
    turned = sum(before[at].label != after[at].label for at in differ)
    low, high = proportion_confint(turned, len(differ), method="wilson")
    yield Measured(
        "toxicity", "wiki_toxicity_identity_swap", "texts whose verdict turns", turned / len(differ), len(differ),
        float(low), float(high), reference=0.0, reference_is="wanted", note="Jigsaw's swaps", headline=True,
    )  # fmt: skip


def _audit(data: Path) -> Iterator[Measured]:
    note = "our swaps; the comments themselves were trained on"
    for found in flips(audited(data)):
        yield Measured(
            "toxicity", f"wiki_toxicity, {found.axis} swapped", "texts whose verdict turns", found.share, found.texts,
            found.low, found.high, reference=0.0, reference_is="wanted",
            note=f"{found.swaps:,} swaps; mean move {found.mean_absolute:.4f}, largest {found.largest:.2f}; {note}",
            headline=found.axis in ("gender", "religion"),
        )  # fmt: skip
    widest = sorted(_wide(audited(data)), key=lambda gap: -abs(gap.gap))
    for gap in widest[:5]:
        yield Measured(
            "toxicity", f"wiki_toxicity, {gap.axis}: {gap.second} less {gap.first}", "mean gap (five widest pairs)",
            gap.gap, gap.texts, gap.low, gap.high, reference=0.0, reference_is="wanted",
            note=f"adjusted p {gap.adjusted_p_value:.3g}",
        )  # fmt: skip


def _wide(scored: list[Scored]) -> list[PairGap]:
    return [gap for gap in pair_gaps(scored) if gap.low is not None]


def pictures(data: Path, folder: Path) -> list[Path]:
    """Mean gaps of the toxicity score between pairs of groups, those with enough texts, widest first."""
    from matplotlib.figure import Figure

    widest = sorted(_wide(audited(data)), key=lambda gap: -abs(gap.gap))[:14][::-1]
    canvas = Figure(figsize=(8, 3.8), layout="constrained")
    axes = canvas.subplots()
    for y, gap in enumerate(widest):
        sure = (gap.adjusted_p_value or 1.0) < 0.05
        axes.plot([gap.low, gap.high], [y, y], color="#c2571a" if sure else "#7aa6c2", linewidth=3)
        axes.plot(gap.gap, y, "o", color="#1d4e6b", markersize=4)
    axes.set_yticks(range(len(widest)), [f"{g.axis}: {g.second} less {g.first} ({g.texts})" for g in widest], size=7)
    axes.axvline(0, color="#999999", linewidth=0.8)
    axes.set_xlabel("mean gap, 95 % interval; orange: p < .05 after Benjamini-Hochberg", fontsize=9)
    axes.set_title("The widest gaps of the toxicity model, comments about other people", fontsize=10)
    file = folder / "counterfactual.png"
    canvas.savefig(file, dpi=85)
    return [file]
