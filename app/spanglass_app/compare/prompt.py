"""The questions both variants are asked: JSON Lines with "prompt" or "messages", and if known "reference", "match"
(the rule of `reference_match`), "group" (for gaps between groups)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from spanglass_collector.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Prompt:
    """One question. `text` is what a model without a chat template is given."""

    messages: Sequence[dict[str, Any]]
    reference: str = ""
    match: str = ""
    group: str = ""

    @property
    def text(self) -> str:
        return "\n".join(str(message.get("content", "")) for message in self.messages)


def read(path: Path, limit: int) -> list[Prompt]:
    """Raises ConfigurationError that names the line, or says that there is none."""
    prompts: list[Prompt] = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if line.strip() and len(prompts) < limit:
            prompts.append(_prompt(f"{path}:{number}", line))
    if not prompts:
        raise ConfigurationError(f"{path} holds no prompts")
    return prompts


def _prompt(where: str, line: bytes) -> Prompt:
    try:
        fields = orjson.loads(line)
        messages = fields.get("messages") or [{"role": "user", "content": fields["prompt"]}]
        asked = [message for message in messages if message["role"] != "assistant"]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(f'{where}: a line needs "prompt" or "messages" ({error!r})') from error
    return Prompt(asked, *(str(fields.get(name) or "") for name in ("reference", "match", "group")))
