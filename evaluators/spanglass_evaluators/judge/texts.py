"""The judged texts of a row: a span's, or a whole trace's or session's in turns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def text_of(cell: Any) -> str:
    """A span's text as it is; of a trace or session the texts of its spans, each once, by time."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Sequence):
        return "\n\n".join(dict.fromkeys(text for text in map(text_of, cell) if text))
    return "" if cell is None else str(cell)


def turns_of(asked: Any, said: Any) -> tuple[str, str]:
    """Question and answer; of a trace or session the last question, and all turns as the answer."""
    if isinstance(asked, str) or isinstance(said, str):
        return text_of(asked), text_of(said)
    turns: list[str] = []
    last = ""
    for question, answer in zip(asked, said, strict=True):
        if question and question != last:
            turns.append(f"USER: {question}")
            last = question
        if answer:
            turns.append(f"ASSISTANT: {answer}")
    return last, "\n\n".join(turns)
