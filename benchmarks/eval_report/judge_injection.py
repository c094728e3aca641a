"""The judges' rule for texts that address them: false alarms on real answers, and what it finds of real attacks.

The attacks are Tensor Trust's, written by people against a chat model with a password, not against judges: the figure
says how far rules written for judges reach. Nothing was tuned on either set.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from statsmodels.stats.proportion import proportion_confint

from benchmarks.eval_report.measured import Measured
from spanglass_evaluators.judge.injection import suspicion

TITLE = "Judges: answers that address the judge"

NAME = "judge, on_suspicion"


def rows(data: Path) -> Iterator[Measured]:
    """Shares with Wilson's intervals."""
    answers = [row["output"] for row in _read(data / "alpaca_eval" / "model_outputs.jsonl.gz")]
    answers += [
        row["baseline_output"] for row in _read(data / "alpaca_eval" / "prompts_and_gpt4_1106_baseline.jsonl.gz")
    ]
    yield _share("alpaca_eval answers", "false alarms", answers, headline=True)
    replies = [row["completion"] for row in _read(data / "xstest" / "completions.jsonl.gz")]
    yield _share("xstest answers", "false alarms", replies)
    for name in ("hijacking", "extraction"):
        attacks = [row["attack"] for row in _read(data / "tensor_trust" / f"{name}.jsonl.gz")]
        yield _share(f"tensor_trust {name}", "found, of attacks that are not on judges", attacks)


def _read(file: Path) -> Iterator[dict[str, str]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _share(data: str, metric: str, texts: Sequence[str], *, headline: bool = False) -> Measured:
    found = sum(bool(suspicion(text)) for text in texts)
    low, high = proportion_confint(found, len(texts), method="wilson")
    return Measured(NAME, data, metric, found / len(texts), len(texts), low=low, high=high, headline=headline)
