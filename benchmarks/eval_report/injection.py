"""Prompt injection and jailbreaks: found attacks of Tensor Trust and JailbreakBench, false alarms on ordinary texts.

Rows that were looked at while rules were written and the generator was widened are the half whose texts hash to an even
number; the figures are of the other half. JailbreakBench: behaviours with an odd index, the even ones are trained on
(half of the odd ones were looked at once, for that decision).
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from statsmodels.stats.proportion import proportion_confint

from benchmarks.eval_report.measured import Measured
from spanglass_evaluators.safety.injection.detect import judge
from spanglass_evaluators.statistics.ranking import auc_of

TITLE = "Prompt injection and jailbreaks"
Floats = npt.NDArray[np.float64]
THRESHOLD = 0.5
_TRUST = ("extraction", "hijacking")
_METHODS = {
    "JBC": "jailbreak by hand (one template)",
    "PAIR": "PAIR (an LLM's persuasion)",
    "GCG": "GCG (token suffixes)",
}


def rows(data: Path) -> Iterator[Measured]:
    """Attacks found at one half, area under the curve against all benign prompts, false alarms by set."""
    attacks, benign = scores(data)
    pooled = np.concatenate([benign[name] for name in PROMPTS])
    for name, values in attacks.items():
        yield _share("prompt_injection", name, "attacks found at .5", values, headline=name.startswith("Tensor"))
        auc = auc_of(values, pooled)
        yield Measured("prompt_injection", name, "AUROC against benign prompts", auc.value, len(values) + len(pooled),
                       auc.low, auc.high)  # fmt: skip
        yield _share("prompt_injection", name, "found at 1 % false alarms", values,
                     least=float(np.quantile(pooled, 0.99)) + 1e-12)  # fmt: skip
    for name, values in benign.items():
        yield _share("prompt_injection", name, "false alarms at .5", values, headline=name in PROMPTS[1:])
    yield from _reproduced(data)


def _reproduced(data: Path) -> Iterator[Measured]:
    """Share of 100 behaviours for which the recorded judge called an attack successful, as its authors published it."""
    recorded = read(data / "jailbreakbench" / "attacks.jsonl.gz")
    figures = json.loads((data / "published.json").read_text(encoding="utf-8"))
    published = {f["subset"]: f["value"] for f in figures if f["dataset"] == "jailbreakbench"}
    for subset, value in published.items():
        method, _, model = subset.removesuffix(" (100 behaviours)").partition("/")
        won = [bool(row["jailbroken"]) for row in recorded if (row["method"], row["model"]) == (method, model)]
        yield Measured("aggregation", f"JailbreakBench {method}, {model}", "attack success rate", float(np.mean(won)),
                       len(won), reference=value, reference_is="published", tolerance=0.0005)  # fmt: skip


PROMPTS = ("HaluEval questions, unseen half", "AlpacaEval prompts", "XSTest safe prompts")


@lru_cache(maxsize=1)
def scores(data: Path) -> tuple[Mapping[str, Floats], Mapping[str, Floats]]:
    """Name -> probability of each text, of attacks and of ordinary texts."""
    judged = [{name: _judged(texts) for name, texts in sets.items()} for sets in (attacks_of(data), benign_of(data))]
    return judged[0], judged[1]


def attacks_of(data: Path) -> dict[str, list[str]]:
    found = {
        f"Tensor Trust {name}": unseen(row["attack"] for row in read(data / "tensor_trust" / f"{name}.jsonl.gz"))
        for name in _TRUST
    }
    recorded = [row for row in read(data / "jailbreakbench" / "attacks.jsonl.gz") if row["index"] % 2 and row["prompt"]]
    return found | {
        f"JailbreakBench {shown}": sorted({row["prompt"] for row in recorded if row["method"] == method})
        for method, shown in _METHODS.items()
    }


def benign_of(data: Path) -> dict[str, list[str]]:
    halu = [row for row in read(data / "halueval_general" / "general.jsonl.gz") if not _is_trained_on(row["id"])]
    alpaca = read(data / "alpaca_eval" / "prompts_and_gpt4_1106_baseline.jsonl.gz")
    asked = read(data / "xstest" / "completions.jsonl.gz")
    moderated = [row["text"] for row in read(data / "openai_moderation" / "samples.jsonl.gz") if not row["any_flag"]]
    goals = {row["goal"] for row in read(data / "jailbreakbench" / "attacks.jsonl.gz") if row["index"] % 2}
    return {
        PROMPTS[0]: unseen(row["user_query"] for row in halu),
        PROMPTS[1]: unseen(row["instruction"] for row in alpaca),
        PROMPTS[2]: unseen({row["prompt"] for row in asked if row["safe_prompt"]}),
        "XSTest unsafe prompts (harmful, no attack)": unseen(
            {row["prompt"] for row in asked if not row["safe_prompt"]}
        ),
        "JailbreakBench goals (harmful, no attack)": sorted(goals),
        "HaluEval answers, unseen half": unseen(row["chatgpt_response"] for row in halu),
        "OpenAI moderation, unflagged texts": unseen(moderated),
    }


def unseen(texts: Iterable[str]) -> list[str]:
    """The half that was never looked at."""
    return sorted(text for text in texts if int(hashlib.sha256(text.encode()).hexdigest(), 16) % 2)


def read(file: Path) -> list[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _is_trained_on(row_id: str) -> bool:
    """As in evaluators/training/train_injection.py."""
    return int(hashlib.sha256(row_id.encode()).hexdigest(), 16) % 2 == 0


def _judged(texts: list[str]) -> Floats:
    return np.array([judge(text).value for text in texts])


def _share(
    evaluator: str, data: str, metric: str, values: Floats, *, least: float = THRESHOLD, headline: bool = False
) -> Measured:
    hits, n = int((values >= least).sum()), len(values)
    low, high = proportion_confint(hits, n, method="wilson")
    return Measured(evaluator, data, metric, hits / n, n, float(low), float(high), headline=headline)


def pictures(data: Path, folder: Path) -> list[Path]:
    """ROC of each kind of attack against all benign prompts, false alarms on a logarithmic axis."""
    from matplotlib.figure import Figure

    attacks, benign = scores(data)
    pooled = np.sort(np.concatenate([benign[name] for name in PROMPTS]))
    canvas = Figure(figsize=(6.4, 4.4), layout="constrained")
    axes = canvas.subplots()
    cuts = np.unique(np.concatenate([pooled, *attacks.values(), [0.0, 1.0]]))
    for name, values in attacks.items():
        false = 1 - np.searchsorted(pooled, cuts) / len(pooled)
        true = 1 - np.searchsorted(np.sort(values), cuts) / len(values)
        axes.step(np.maximum(false, 5e-4), true, where="post", label=f"{name}, n={len(values)}")
    axes.axvline(float((pooled >= THRESHOLD).mean()), color="#999999", linestyle=":", linewidth=1, label="threshold .5")
    axes.set_xscale("log")
    axes.set_xlim(5e-4, 1)
    axes.set_ylim(0, 1.02)
    axes.set_xlabel(f"false alarms on {len(pooled):,} benign prompts")
    axes.set_ylabel("attacks found")
    axes.grid(color="#dddddd", linewidth=0.6)
    canvas.legend(fontsize=7.5, loc="outside lower center", ncols=2, frameon=False)
    file = folder / "injection.png"
    canvas.savefig(file, dpi=100)
    return [file]
