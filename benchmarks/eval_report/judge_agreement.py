"""Agreement with people, of people and of recorded judges: PandaLM's pairs. No judge is called here."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.eval_report.measured import Measured
from spanglass_evaluators.judge.calibration.agreement import agreement_of
from spanglass_evaluators.judge.calibration.bias import length_bias
from spanglass_evaluators.judge.calibration.estimate import Estimate

TITLE = "Judges and people: agreement on pairs (PandaLM)"

JUDGES = {"gpt35_judge": "gpt-3.5-turbo", "pandalm7b_judge": "PandaLM-7B"}
LEVELS = ("0", "1", "2")
TIE = {"Tie": "0"}
"""gpt-3.5-turbo said it in its own way."""
_VALUE = {"1": 1.0, "0": 0.5, "2": 0.0}


def rows(data: Path) -> Iterator[Measured]:
    """Kappa of every pair of annotators; accuracy, kappa and length bias of the two recorded judges."""
    pairs, published = stored_pairs(data), _published(data)
    for (a, b), figure in zip(((0, 1), (0, 2), (1, 2)), published["kappa"], strict=True):
        labels = [[pair["annotators"][each] for pair in pairs] for each in (a, b)]
        who = f"annotators {a + 1} and {b + 1}"
        yield _measured(who, "Cohen's kappa", _kappa(*labels), len(pairs), figure=figure, headline=b == 1)
    majority = [pair["majority"] for pair in pairs]
    for (column, judge), figure in zip(JUDGES.items(), published["accuracy"], strict=True):
        said = [TIE.get(pair[column], pair[column]) for pair in pairs]
        right = agreement_of(said, majority).percent
        yield _measured(judge, "accuracy against the majority", right, len(pairs), figure=figure)
        yield from _of_judge(judge, pairs, said)


def _of_judge(judge: str, pairs: Sequence[dict[str, Any]], said: Sequence[str]) -> Iterator[Measured]:
    """Over what could be read as a verdict."""
    read = [(pair, verdict) for pair, verdict in zip(pairs, said, strict=True) if verdict in LEVELS]
    majority, verdicts = [pair["majority"] for pair, _ in read], [verdict for _, verdict in read]
    note = f"{len(pairs) - len(read)} verdicts could not be read"
    agreed = _kappa(verdicts, majority)
    yield _measured(judge, "Cohen's kappa with the majority", agreed, len(read), note=note, headline=True)
    ratios = [(len(pair["response1"]) + 1) / (len(pair["response2"]) + 1) for pair, _ in read]
    bias = length_bias([_VALUE[v] for v in verdicts], [_VALUE[m] for m in majority], ratios)
    assert bias is not None
    said_of = "preference gained by each doubling of the length, at the same human verdict"
    yield _measured(judge, said_of, bias, len(read))


def stored_pairs(data: Path) -> list[dict[str, Any]]:
    with gzip.open(data / "pandalm_pairwise" / "pairs.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _published(data: Path) -> dict[str, list[float]]:
    """This half's figures: kappa of the three pairs of annotators, accuracy of the two judges."""
    figures = json.loads((data / "published.json").read_text(encoding="utf-8"))
    ours = [f for f in figures if f["dataset"] == "pandalm_pairwise" and f["subset"].startswith("this half")]
    return {"kappa" if "kappa" in f["metric"] else "accuracy": f["value"] for f in ours}


def _kappa(first: Sequence[str], second: Sequence[str]) -> Estimate:
    found = agreement_of(first, second).kappa
    assert found is not None
    return found


def _measured(
    judge: str,
    metric: str,
    found: Estimate,
    n: int,
    *,
    figure: float | None = None,
    headline: bool = False,
    note: str = "",
) -> Measured:
    return Measured(
        judge, "pandalm_pairwise", metric, found.value, n, low=found.low, high=found.high, reference=figure,
        reference_is="recomputed from the release", tolerance=0.001, note=note, headline=headline,
    )  # fmt: skip
