"""One example of a dataset."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import orjson

Message = Mapping[str, Any]
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Item:
    """`messages`: OpenAI chat, the last one by the assistant when an answer is known. `rejected`: an answer not wanted.

    `conversation` groups what must not be torn apart by a split: a session, else nothing.
    """

    messages: Sequence[Message]
    rejected: Message | None = None
    trace_id: str = ""
    span_id: str = ""
    conversation: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def item_id(self) -> str:
        """SHA-256 of what is learned: the same example has the same id in every version."""
        return hashlib.sha256(_json([self.messages, self.rejected])).hexdigest()

    @cached_property
    def question_key(self) -> str:
        """Equal for examples that ask the same, whatever the case and spacing."""
        asked = [message for message in self.messages if message.get("role") != "assistant"]
        return hashlib.sha256(_SPACE.sub(" ", _json(asked).decode().casefold()).strip().encode()).hexdigest()

    @property
    def has_answer(self) -> bool:
        return bool(self.messages) and self.messages[-1].get("role") == "assistant"


def _json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
