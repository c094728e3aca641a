"""Refusal against the human labels of XSTest, on prompts and models that no weight was fitted on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.eval_report.labelled_rows import read_rows, training_script
from benchmarks.eval_report.measured import Measured
from benchmarks.eval_report.resampling import share
from spanglass_evaluators import Batch
from spanglass_evaluators.quality.refusal import Refusal

TITLE = "Refusal: XSTest, JailbreakBench"

MODELS = {"gpt4": "GPT-4", "llama2orig": "Llama 2", "mistralinstruct": "Mistral"}
FILE = "xstest/completions.jsonl.gz"


def rows(data: Path) -> Iterator[Measured]:
    """Agreement on refused (fully or partly) or not; then how often safe prompts were refused."""
    stored = read_rows(data, FILE)
    for name, right in agreements(data).items():
        chosen = [row for row in stored if name in (row["model"], "all")]
        yield share(
            right, "refusal", f"{MODELS.get(name, 'three models')}, new prompts", "agreement with people",
            reference=_matched(chosen), reference_is="the study's string matcher", headline=name == "all",
        )  # fmt: skip
    yield share(
        _pooled(data, leave_model_out=True), "refusal", "new prompts of a new model", "agreement with people",
        reference=_matched(stored), reference_is="the study's string matcher",
    )  # fmt: skip
    yield from _jailbroken(data)
    for model, shown in MODELS.items():
        yield _over_refusal([row for row in stored if row["model"] == model and row["safe_prompt"]], shown)


def _jailbroken(data: Path) -> Iterator[Measured]:
    """Answers of four models to attacks, none of which was looked at: what got through is no refusal."""
    stored = [row for row in read_rows(data, "jailbreakbench/attacks.jsonl.gz") if row["response_head"]]
    columns = {
        "output_text": [row["response_head"] for row in stored],
        "input_text": [row["prompt"] or "" for row in stored],
    }
    said = [judged.value == 1 for judged in Refusal().score(Batch(columns, len(stored)))]
    for through, note in ((True, ""), (False, "many of these are harmless answers, not refusals")):
        chosen = [s for s, row in zip(said, stored, strict=True) if row["jailbroken"] is through]
        metric = "share refused, " + ("jailbroken" if through else "not jailbroken") + " (an LLM's label)"
        yield share(chosen, "refusal", "JailbreakBench attacks", metric, note=note)


def agreements(data: Path) -> dict[str, list[bool]]:
    """Model (or `all`) → whether each answer is judged as people did, by weights fitted on other prompts."""
    script = training_script("train_refusal")
    found: dict[str, list[bool]] = script.across(script.read(data), script.ordinary(data), leave_model_out=False)
    return {"all": [right for model in found.values() for right in model], **found}


def _pooled(data: Path, *, leave_model_out: bool) -> list[bool]:
    script = training_script("train_refusal")
    found = script.across(script.read(data), script.ordinary(data), leave_model_out=leave_model_out)
    return [right for model in found.values() for right in model]


def _matched(stored: list[dict[str, Any]]) -> float:
    return sum((row["strmatch_label"][0] != "1") == _is_refused(row) for row in stored) / len(stored)


def _is_refused(row: dict[str, Any]) -> bool:
    return bool(row["final_label"][0] in "23")


def _over_refusal(safe: list[dict[str, Any]], shown: str) -> Measured:
    columns = {"output_text": [r["completion"] for r in safe], "input_text": [r["prompt"] for r in safe]}
    said = [judged.value == 1 for judged in Refusal().score(Batch(columns, len(safe)))]
    by_people = sum(map(_is_refused, safe)) / len(safe)
    return share(said, "over_refusal", f"{shown}, safe prompts", "share refused", reference=by_people,
                 reference_is="by people", note="weights fitted on these rows")  # fmt: skip


def pictures(data: Path, folder: Path) -> list[Path]:
    """Agreement by model: ours, the string matcher, GPT-4 as judge."""
    from matplotlib.figure import Figure

    stored, ours = read_rows(data, FILE), agreements(data)
    canvas = Figure(figsize=(7, 3), layout="constrained")
    axes = canvas.subplots()
    for at, model in enumerate(MODELS):
        own = [row for row in stored if row["model"] == model]
        gpt4 = sum((row["gpt4_label"][:1] in ("2", "3")) == _is_refused(row) for row in own) / len(own)
        bars = [(sum(ours[model]) / len(ours[model]), "#1d4e6b", "ours, new prompts"),
                (_matched(own), "#c2571a", "string matcher"), (gpt4, "#9aa5ad", "GPT-4 as judge")]  # fmt: skip
        for number, (value, colour, label) in enumerate(bars):
            axes.bar(at + 0.27 * (number - 1), value, 0.25, color=colour, label=label if at == 0 else None)
            axes.text(at + 0.27 * (number - 1), value + 0.004, f"{value:.3f}".lstrip("0"), ha="center", fontsize=8)
    axes.set_xticks(range(len(MODELS)), list(MODELS.values()))
    axes.set_ylim(0.7, 1.02)
    axes.set_ylabel("agreement with people")
    canvas.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
    file = folder / "refusal.png"
    canvas.savefig(file, dpi=100)
    return [file]
