"""A variant in a folder: a `transformers` model, run here."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from spanglass.serving.generation import generate
from spanglass_app.compare.prompt import Prompt
from spanglass_app.compare.variant import Answer
from spanglass_collector.errors import ConfigurationError, first_line


class LocalModel:
    """On the accelerator when there is one. The tokenizer must lie in the folder with the weights."""

    def __init__(self, folder: Path) -> None:
        self.name = folder.name
        self._folder = folder
        device = "cuda" if torch.cuda.is_available() else "cpu"
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            self._model = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True).to(device).eval()
        except (OSError, ValueError) as error:
            raise ConfigurationError(f"{folder} holds no model with its tokenizer: {first_line(error)}") from error

    @property
    def size_bytes(self) -> int | None:
        return sum(file.stat().st_size for file in self._folder.glob("*") if file.suffix in (".safetensors", ".bin"))

    def answer(self, prompt: Prompt, max_tokens: int) -> Answer:
        made = generate(self._model, self._tokenizer, [self._text(prompt)], max_new_tokens=max_tokens, do_sample=False)
        return Answer(made.texts[0].strip(), made.seconds, made.first_token_s, made.output_tokens)

    def _text(self, prompt: Prompt) -> str:
        if self._tokenizer.chat_template is None:
            return prompt.text
        return str(self._tokenizer.apply_chat_template(prompt.messages, tokenize=False, add_generation_prompt=True))
