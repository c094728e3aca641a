"""`generate(model, tokenizer, prompts)`: a `transformers` generation as one `llm` span, measured.

On the span: model version, tokens in and out (padding not counted), time to first token, batch size, tokens a second,
peak accelerator memory. The texts are recorded as every other span's are.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from transformers import StoppingCriteria, StoppingCriteriaList

from spanglass import attributes as names
from spanglass.record.handle import Handle
from spanglass.traced.block import span


@dataclass(frozen=True, slots=True)
class Generation:
    """`texts`: one answer a prompt, the prompt left out. `first_token_s` is None when nothing was generated."""

    texts: list[str]
    input_tokens: int
    output_tokens: int
    seconds: float
    first_token_s: float | None

    @property
    def tokens_per_second(self) -> float:
        return self.output_tokens / self.seconds if self.seconds > 0 else 0.0


def generate(
    model: Any, tokenizer: Any, prompts: Sequence[str], *, model_version: str = "", **options: Any
) -> Generation:
    """`options` go to `model.generate`. The tokenizer needs a padding token when there is more than one prompt."""
    name = model_version.partition("@")[0] or str(getattr(model.config, "_name_or_path", "") or type(model).__name__)
    with span("generate", kind="llm") as current:
        if model_version:
            current.set_attribute(names.MODEL_VERSION, model_version)
        made = _generate(model, tokenizer, list(prompts), options)
        _describe(current, name, list(prompts), made)
    return made


def _generate(model: Any, tokenizer: Any, prompts: list[str], options: dict[str, Any]) -> Generation:
    batch = tokenizer(prompts, return_tensors="pt", padding=len(prompts) > 1).to(model.device)
    clock = _FirstToken()
    stopping = StoppingCriteriaList([*options.pop("stopping_criteria", []), clock])
    started_s = time.perf_counter()
    output = model.generate(**batch, stopping_criteria=stopping, **options)
    seconds = time.perf_counter() - started_s
    answers = output[:, batch["input_ids"].shape[1] :]
    padding = tokenizer.pad_token_id
    made = answers.numel() if padding is None else int((answers != padding).sum())
    texts = tokenizer.batch_decode(answers, skip_special_tokens=True)
    first_s = None if clock.at_s is None else clock.at_s - started_s
    return Generation(texts, int(batch["attention_mask"].sum()), made, seconds, first_s)


class _FirstToken(StoppingCriteria):
    """Asked after every token whether to stop: never says yes, and remembers when it was asked first."""

    def __init__(self) -> None:
        self.at_s: float | None = None

    def __call__(self, input_ids: Any, scores: Any, **told: Any) -> Any:
        if self.at_s is None:
            self.at_s = time.perf_counter()
        return input_ids.new_zeros(input_ids.shape[0], dtype=bool)


def _describe(current: Handle, name: str, prompts: list[str], made: Generation) -> None:
    current.update(
        model=name,
        provider="transformers",
        input_messages=[{"role": "user", "content": text} for text in prompts],
        output_messages=[{"role": "assistant", "content": text} for text in made.texts],
        input_tokens=made.input_tokens,
        output_tokens=made.output_tokens,
        time_to_first_token_s=made.first_token_s,
    )
    current.set_attribute("spanglass.generation.batch_size", len(prompts))
    current.set_attribute("spanglass.generation.tokens_per_second", made.tokens_per_second)
