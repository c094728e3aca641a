"""Prompt leaks and personal data: quotes of real system prompts in real answers, and false alarms on ordinary answers.

Tensor Trust's defences are system prompts with what gpt-3.5-turbo answered to the right access code; its labelled
outputs say whether an answer gives the (unpublished) prompt away, with the access code that stands in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from statsmodels.stats.proportion import proportion_confint

from benchmarks.eval_report.injection import Floats, read
from benchmarks.eval_report.measured import Measured
from spanglass_evaluators.safety.code.unsafe import find_unsafe_code
from spanglass_evaluators.safety.finding import Finding
from spanglass_evaluators.safety.keys import find_secrets
from spanglass_evaluators.safety.leak import SystemPrompt
from spanglass_evaluators.safety.links import find_links
from spanglass_evaluators.safety.personal import find_personal
from spanglass_evaluators.statistics.ranking import auc_of

TITLE = "Prompt leaks, personal data, secrets, links and code"
_LEAK = 0.3
_CHECKS: dict[str, Callable[[str], Sequence[Finding]]] = {
    "pii (own patterns)": find_personal,
    "secrets": find_secrets,
    "exfiltration": find_links,
    "unsafe_code": find_unsafe_code,
}


def rows(data: Path) -> Iterator[Measured]:
    """Quoted prompts against the same model's real answers; canaries; what ordinary answers set off."""
    quoted, answered = leak_scores(data)
    auc = auc_of(quoted, answered)
    yield Measured("prompt_leak", "Tensor Trust defences", "AUROC, half a prompt quoted", auc.value,
                   len(quoted) + len(answered), auc.low, auc.high,
                   note="quotes made by us: the second half of each prompt of 8 words or more")  # fmt: skip
    yield _share("prompt_leak", "Tensor Trust defences", "found, half a prompt quoted", quoted >= _LEAK)
    yield _share("prompt_leak", "Tensor Trust defences", "answers taken for leaks", answered >= _LEAK, headline=True,
                 note="answers to the right access code; a prompt of few words is quoted by any")  # fmt: skip
    yield from _canary(data)
    texts = [row["chatgpt_response"] for row in read(data / "halueval_general" / "general.jsonl.gz")]
    for name, find in _CHECKS.items():
        yield _share(name, "HaluEval answers", "answers with a finding", np.array([bool(find(text)) for text in texts]),
                     note="nothing is labelled: an upper bound of false alarms")  # fmt: skip


@lru_cache(maxsize=1)
def leak_scores(data: Path) -> tuple[Floats, Floats]:
    """The detector on the second half of each prompt, and on what the model really said."""
    found = []
    for row in read(data / "tensor_trust" / "defenses.jsonl.gz"):
        words = (row["opening_defense"] or "").split()
        if len(words) >= 8 and row["llm_output"]:
            prompt = SystemPrompt(row["opening_defense"], known=row["access_code"] or "")
            half = " ".join(words[len(words) // 2 :])
            found.append((prompt.leak_in(f"It says: {half}").value, prompt.leak_in(row["llm_output"]).value))
    quoted, answered = np.array(found).T
    return quoted, answered


def _canary(data: Path) -> Iterator[Measured]:
    """The access code as a canary: does an answer that holds it give the prompt away, as people labelled it?"""
    outputs = read(data / "tensor_trust" / "extraction_detection.jsonl.gz")
    leaked = np.array([row["is_prompt_extraction"] for row in outputs])
    said = np.array([row["access_code"].lower() in row["llm_output"].lower() for row in outputs])
    where = "Tensor Trust extraction_detection"
    note = "the prompt itself is not published"
    yield _share("prompt_leak", where, "canary: leaks found", said[leaked], note=note)
    yield _share("prompt_leak", where, "canary: other answers with it", said[~leaked], note=note)


def _share(
    evaluator: str, data: str, metric: str, hits: np.ndarray, *, note: str = "", headline: bool = False
) -> Measured:
    count, n = int(hits.sum()), len(hits)
    low, high = proportion_confint(count, n, method="wilson")
    return Measured(evaluator, data, metric, count / n, n, float(low), float(high), note=note, headline=headline)
