"""The light toxicity model against people: ranking, false alarms by group, disguise, swapped identities."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score

from benchmarks.eval_report.labelled_rows import training_script
from benchmarks.eval_report.measured import Measured
from benchmarks.eval_report.resampling import auroc, resampled, share
from spanglass_evaluators.toxicity.model import ToxicityModel

TITLE = "Toxicity: the light model"

_NAMES = {"davidson": "Davidson tweets", "wikipedia": "Wikipedia talk", "moderation": "OpenAI moderation"}
_LOOKED_AT = (
    "never trained on, but looked at between versions: sentences of ours were written knowing its functionalities"
)
_TRAINED = "not a held-out figure: the shipped model was trained on it (cross-validated ones are on the card)"


@dataclass(frozen=True)
class Judged:
    """Texts of one set with people's labels and our values; what cannot be judged counts as 0."""

    name: str
    toxic: tuple[bool, ...]
    values: tuple[float, ...]
    flagged: tuple[bool, ...]


def rows(data: Path) -> Iterator[Measured]:
    cases = _cases(data)
    yield from _ranked(hatecheck(data), note=_LOOKED_AT, headline=True)
    yield from _ranked(hatecheck(data, disguised=True), note="a third of the longer words misspelt")
    for key in ("target", "functionality"):
        yield from _by(key, cases, hatecheck(data))
    for name, shown in _NAMES.items():
        yield from _ranked(_seen(data, name, shown), note=_TRAINED)
    yield from _swapped(data)
    yield from _clean(data)


@lru_cache(maxsize=1)
def _cases(data: Path) -> list[Any]:
    found: list[Any] = training_script("held_out").hatecheck(data)
    return found


@lru_cache(maxsize=2)
def hatecheck(data: Path, disguised: bool = False) -> Judged:
    cases, chance = _cases(data), random.Random(1)
    disguise = training_script("disguise").disguise
    texts = [disguise(case.text, chance) if disguised else case.text for case in cases]
    return _judged("HateCheck, disguised" if disguised else "HateCheck", texts, [case.hateful for case in cases])


def _seen(data: Path, name: str, shown: str) -> Judged:
    examples = list(getattr(training_script("labelled_sets"), name)(data))
    return _judged(shown, [e.text for e in examples], [e.toxic for e in examples])


def _judged(name: str, texts: Sequence[str], toxic: Sequence[bool]) -> Judged:
    scores = ToxicityModel.load().score(texts)
    return Judged(name, tuple(toxic), tuple(s.value or 0.0 for s in scores), tuple(s.toxic is True for s in scores))


def _ranked(judged: Judged, note: str, headline: bool = False) -> Iterator[Measured]:
    yield auroc(judged.toxic, judged.values, "toxicity", judged.name, note=note, headline=headline)
    low, high = resampled(average_precision_score, judged.toxic, judged.values)
    precision = float(average_precision_score(judged.toxic, judged.values))
    yield Measured(
        "toxicity", judged.name, "average precision", precision, len(judged.toxic), low=low, high=high, note=note
    )
    for toxic, metric in ((True, "found"), (False, "false positives")):
        flags = [flag for flag, label in zip(judged.flagged, judged.toxic, strict=True) if label is toxic]
        yield share(flags, "toxicity", judged.name, metric, note=note)


def _by(key: str, cases: Sequence[Any], judged: Judged) -> Iterator[Measured]:
    for group in sorted({getattr(case, key) for case in cases}):
        for toxic, metric in ((True, "found"), (False, "false positives")):
            flags = [f for f, case in zip(judged.flagged, cases, strict=True)
                     if getattr(case, key) == group and case.hateful is toxic]  # fmt: skip
            if flags:
                yield share(flags, "toxicity", f"HateCheck, {key} {group}", metric)


def _swapped(data: Path) -> Iterator[Measured]:
    stored = training_script("labelled_sets").read_json_lines(data / "wiki_toxicity_identity_swap" / "pairs.jsonl.gz")
    stored = [row for row in stored if row["comment"] != row["comment_identity_swapped"]]
    model = ToxicityModel.load()
    one, other = (model.score([row[side] for row in stored]) for side in ("comment", "comment_identity_swapped"))
    flips = [a.toxic != b.toxic for a, b in zip(one, other, strict=True)]
    gaps = [abs((a.value or 0) - (b.value or 0)) for a, b in zip(one, other, strict=True)]
    yield share(flips, "toxicity", "Wikipedia, identities swapped", "verdicts that change", headline=True)
    yield Measured(
        "toxicity", "Wikipedia, identities swapped", "mean change of the value", float(np.mean(gaps)), len(gaps)
    )


def _clean(data: Path) -> Iterator[Measured]:
    script = training_script("held_out")
    for name, texts in (
        ("XSTest safe prompts", script.xstest_prompts(data, safe=True)),
        ("HaluEval answers", script.halueval_answers(data)),
    ):
        judged = _judged(name, texts, [False] * len(texts))
        yield share(judged.flagged, "toxicity", name, "false positives", note="held out")


def pictures(data: Path, folder: Path) -> list[Path]:
    """ROC with and without disguise, calibration on HateCheck, and what is flagged by target group."""
    from matplotlib.figure import Figure

    canvas = Figure(figsize=(11, 3.5), layout="constrained")
    roc, calibration, groups = canvas.subplots(1, 3)
    _draw_roc(roc, [hatecheck(data), hatecheck(data, disguised=True)])
    _draw_calibration(calibration, hatecheck(data))
    _draw_groups(groups, _cases(data), hatecheck(data))
    file = folder / "toxicity.png"
    canvas.savefig(file, dpi=90)
    return [file]


def _draw_roc(axes: Any, sets: Sequence[Judged]) -> None:
    from sklearn.metrics import roc_curve

    for judged, colour in zip(sets, ("#1d4e6b", "#c2571a"), strict=True):
        false, true, _ = roc_curve(judged.toxic, judged.values)
        axes.plot(false, true, color=colour, label=judged.name)
    axes.plot([0, 1], [0, 1], color="#999999", linewidth=0.8)
    axes.set(xlabel="false positives", ylabel="found", title="ROC")
    axes.legend(frameon=False, fontsize=8)


def _draw_calibration(axes: Any, judged: Judged) -> None:
    values, toxic = np.array(judged.values), np.array(judged.toxic)
    weights = np.where(toxic, 0.5 / toxic.sum(), 0.5 / (~toxic).sum())
    bins = np.minimum((values * 8).astype(int), 7)
    shown = [b for b in range(8) if (bins == b).sum() >= 20]
    means = [np.average(values[bins == b], weights=weights[bins == b]) for b in shown]
    shares = [np.average(toxic[bins == b], weights=weights[bins == b]) for b in shown]
    axes.plot([0, 1], [0, 1], color="#999999", linewidth=0.8)
    axes.plot(means, shares, "o-", color="#1d4e6b")
    axes.set(xlabel="value", ylabel="share hateful (classes weighed alike)", title="Calibration, HateCheck")


def _draw_groups(axes: Any, cases: Sequence[Any], judged: Judged) -> None:
    names = sorted({case.target for case in cases} - {"none"})
    for offset, toxic, colour, label in (
        (0.2, True, "#1d4e6b", "hateful: found"),
        (-0.2, False, "#c2571a", "not hateful: flagged"),
    ):
        shares = [
            np.mean([f for f, c in zip(judged.flagged, cases, strict=True) if c.target == name and c.hateful is toxic])
            for name in names
        ]
        axes.barh(np.arange(len(names)) + offset, shares, 0.38, color=colour, label=label)
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.set(xlim=(0, 1), title="HateCheck by target")
    axes.legend(frameon=False, fontsize=8)
