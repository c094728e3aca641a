"""Verdicts that were given before, by the content of the question. What is asked twice is paid for once."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import Any

import orjson

from spanglass_evaluators.judge.endpoint import ModelConfig
from spanglass_evaluators.judge.file import JudgeFile
from spanglass_evaluators.judge.prompt import PROMPT_VERSION, Question, clean


def question_key(model: ModelConfig, question: Question) -> str:
    """SHA-256 over everything that could change the verdict; the fence is left out, for it is new every time."""
    parts = [PROMPT_VERSION, model, question.task, [clean(text) for pair in question.texts for text in pair]]
    content = orjson.dumps([*parts, question.schema], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(content).hexdigest()


class VerdictCache:
    """Thread-safe."""

    def __init__(self, file: JudgeFile, clock: Callable[[], float] = time.time) -> None:
        self._file = file
        self._clock = clock

    def get(self, key: str) -> dict[str, Any] | None:
        with self._file.reading() as connection:
            row = connection.execute("SELECT verdict FROM verdicts WHERE key = ?", (key,)).fetchone()
        return orjson.loads(row[0]) if row else None

    def put(self, key: str, verdict: dict[str, Any]) -> None:
        with self._file.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO verdicts VALUES (?, ?, ?)", (key, orjson.dumps(verdict).decode(), self._clock())
            )
