"""What can be compared: anything that answers prompts."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from spanglass_app.compare.prompt import Prompt
from spanglass_collector.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Answer:
    """Seconds are wall time. None: not known. `error`: why there is no answer, '' when there is one."""

    text: str
    seconds: float
    first_token_s: float | None = None
    output_tokens: int | None = None
    error: str = ""


class Variant(Protocol):
    """A model behind some interface. `answer` blocks; a failed call is an Answer with an error, not an exception."""

    name: str

    @property
    def size_bytes(self) -> int | None:
        """Of the weights, where they can be seen."""
        ...

    def answer(self, prompt: Prompt, max_tokens: int) -> Answer: ...


def open_variant(spec: str) -> Variant:
    """`http://host/v1#model` (OpenAI-compatible; key in OPENAI_API_KEY) or the folder of a transformers model.

    Raises ConfigurationError.
    """
    if spec.startswith(("http://", "https://")):
        from spanglass_app.compare.endpoint import Endpoint

        url, _, model = spec.partition("#")
        if not model:
            raise ConfigurationError(f"{spec!r} names no model: write {spec}#MODEL")
        return Endpoint(url, model, os.environ.get("OPENAI_API_KEY", ""))
    if not Path(spec).is_dir():
        raise ConfigurationError(f"{spec!r} is neither an http:// endpoint nor the folder of a model")
    try:
        from spanglass_app.compare.local import LocalModel
    except ImportError as error:
        raise ConfigurationError('models in folders need: pip install "spanglass[training]"') from error
    return LocalModel(Path(spec))
