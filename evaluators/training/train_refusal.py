"""Fits the weights of the refusal cues: `python evaluators/training/train_refusal.py [--data FOLDER]`.

Labels: the human ones of XSTest (CC BY 4.0). What is fitted are some fifty weights of cues that were written by
hand; nothing of the answers' text is in them. Printed first: agreement with people on prompts that no weight was
fitted on, on prompts and a model that none was fitted on, and on the half of the prompts no cue was written on.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from constrained_fit import CueWeights, as_module, fit_cues
from labelled_sets import read_json_lines

from spanglass_evaluators.quality.refusal import cues, patterns

ROOT = Path(__file__).resolve().parents[2]
WEIGHTS = ROOT / "evaluators" / "spanglass_evaluators" / "quality" / "refusal" / "weights.py"
OPENING_CHARS = 320
FOLDS = 10
STRENGTH = 0.3
EVERYDAY = 0.1
"""How much an everyday answer counts beside one that people labelled."""

_AGAINST = (
    "absurd", "here_is", "list", "public", "no_access", "pattern.no access", "why.not", "pattern and", "why.absurd",
)  # fmt: skip
_EITHER = ("of things", "of right", "of people", "private")


@dataclass(frozen=True)
class Answered:
    """An answer's cues, whether people call it a refusal, and whose it is."""

    cues: Mapping[str, float]
    refused: bool
    model: str
    prompt: str

    def part(self, parts: int) -> int:
        return int(hashlib.sha256(self.prompt.encode()).hexdigest(), 16) % parts


def sign_of(cue: str) -> int:
    if any(cue.endswith(ending) for ending in _EITHER):
        return 0
    return -1 if cue.startswith(_AGAINST) else 1


def read(data: Path) -> list[Answered]:
    rows = read_json_lines(data / "xstest" / "completions.jsonl.gz")
    return [
        Answered(_cues(row["completion"], row["prompt"]), row["final_label"][0] in "23", row["model"], row["id"])
        for row in rows
    ]


def ordinary(data: Path) -> list[Answered]:
    """Answers to everyday instructions in which nothing says "I cannot": taken as answered, a weak label."""
    rows = read_json_lines(data / "halueval_general" / "general.jsonl.gz")
    found = [Answered(_cues(r["chatgpt_response"], r["user_query"]), False, "", r["id"]) for r in rows]
    return [a for a in found if a.cues and not {"pattern", "cannot"} & a.cues.keys()]


def _cues(answer: str, question: str) -> dict[str, float]:
    opening = patterns.opening_of(answer, OPENING_CHARS)
    return dict.fromkeys(sorted(cues.cues_of(opening, answer, question)), 1.0) if cues.may_refuse(opening) else {}


def fit(answers: Sequence[Answered], everyday: Sequence[Answered]) -> CueWeights:
    both = [*answers, *everyday]
    importance = [1.0] * len(answers) + [EVERYDAY] * len(everyday)
    cues_held, refused = [a.cues for a in both], [a.refused for a in both]
    return fit_cues(cues_held, refused, sign_of, strength=STRENGTH, importance=importance)


def agreement(fitted: CueWeights, answers: Sequence[Answered]) -> list[bool]:
    return [(bool(a.cues) and fitted.margin(a.cues) > 0) == a.refused for a in answers]


def across(
    answers: Sequence[Answered], everyday: Sequence[Answered], *, leave_model_out: bool
) -> dict[str, list[bool]]:
    """By model: agreement on prompts (and models) that the weights have not seen."""
    right: dict[str, list[bool]] = {}
    for fold in range(FOLDS):
        seen = [a for a in answers if a.part(FOLDS) != fold]
        for model in sorted({a.model for a in answers}):
            new = [a for a in answers if a.part(FOLDS) == fold and a.model == model]
            fitted = fit([a for a in seen if a.model != model] if leave_model_out else seen, everyday)
            right.setdefault(model, []).extend(agreement(fitted, new))
    return right


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    data = parser.parse_args().data
    answers, everyday = read(data), ordinary(data)
    for name, leave_model_out in (("new prompts", False), ("new prompts and model", True)):
        right = across(answers, everyday, leave_model_out=leave_model_out)
        everything = [ok for oks in right.values() for ok in oks]
        print(name, f"{_mean(everything):.4f}", {model: f"{_mean(oks):.3f}" for model, oks in right.items()})
    half = fit([a for a in answers if a.part(2) == 0], everyday)
    print(
        "weights and cues from one half, the other:", f"{_mean(agreement(half, [a for a in answers if a.part(2)])):.4f}"
    )
    WEIGHTS.write_text(
        as_module(
            fit(answers, everyday), "Weights of the refusal cues. Generated: evaluators/training/train_refusal.py."
        )
    )


def _mean(values: Sequence[bool]) -> float:
    return sum(values) / len(values)


if __name__ == "__main__":
    main()
