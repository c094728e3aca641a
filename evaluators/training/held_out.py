"""The sets that training never sees: ``hatecheck``, ``xstest`` and ``halueval_general``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from labelled_sets import Example, read_csv, read_json_lines

from spanglass_evaluators.toxicity.normalise import normalise_block


@dataclass(frozen=True, slots=True)
class HateCheckCase:
    """One functional test: hand-written, validated by five annotators."""

    text: str
    hateful: bool
    functionality: str
    target: str
    template: str


def hatecheck(data: Path) -> list[HateCheckCase]:
    return [
        HateCheckCase(
            text=row["test_case"],
            hateful=row["label_gold"] == "hateful",
            functionality=row["functionality"],
            target=row["target_ident"] or "none",
            template=row["templ_id"],
        )
        for row in read_csv(data / "hatecheck" / "cases.csv.gz")
    ]


def xstest_prompts(data: Path, *, safe: bool) -> list[str]:
    """The distinct prompts; all of the safe ones are harmless questions with harmful-looking words."""
    rows = read_json_lines(data / "xstest" / "completions.jsonl.gz")
    return sorted({row["prompt"] for row in rows if row["safe_prompt"] is safe})


def halueval_answers(data: Path) -> list[str]:
    """Real answers of a chat model to real users; not labelled, taken as clean."""
    rows = read_json_lines(data / "halueval_general" / "general.jsonl.gz")
    return [row["chatgpt_response"] for row in rows]


def without_held_out(examples: Sequence[Example], data: Path) -> list[Example]:
    """``examples`` less those that equal a held-out text after normalisation (identity terms folded)."""
    texts = [case.text for case in hatecheck(data)]
    texts += xstest_prompts(data, safe=True) + xstest_prompts(data, safe=False)
    seen = {_key(text) for text in texts}
    return [example for example in examples if _key(example.text) not in seen]


def _key(text: str) -> str:
    return normalise_block(text).strip()
