"""A variant behind an OpenAI-compatible endpoint, streamed, so that the first token can be timed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import orjson

from spanglass_app.compare.prompt import Prompt
from spanglass_app.compare.variant import Answer
from spanglass_collector.errors import first_line

_TIMEOUT_S = 120.0


class Endpoint:
    """One connection pool; asked one prompt at a time, so that latency is not our own queue."""

    def __init__(self, url: str, model: str, api_key: str) -> None:
        self.name = model
        headers = {"authorization": f"Bearer {api_key}"} if api_key else {}
        self._client = httpx.Client(base_url=url.rstrip("/") + "/", headers=headers, timeout=_TIMEOUT_S)

    @property
    def size_bytes(self) -> int | None:
        return None

    def answer(self, prompt: Prompt, max_tokens: int) -> Answer:
        body = {
            "model": self.name,
            "messages": prompt.messages,
            "max_tokens": max_tokens,
            "temperature": 0,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        started_s = time.perf_counter()
        try:
            with self._client.stream("POST", "chat/completions", json=body) as answer:
                answer.read() if answer.is_error else None
                answer.raise_for_status()
                return _collect(answer.iter_lines(), started_s)
        except httpx.HTTPError as error:
            return Answer("", time.perf_counter() - started_s, error=first_line(error))


def _collect(lines: Iterator[str], started_s: float) -> Answer:
    text, first_s, tokens = "", None, None
    for line in lines:
        if not line.startswith("data:") or line.endswith("[DONE]"):
            continue
        chunk: dict[str, Any] = orjson.loads(line.removeprefix("data:"))
        tokens = (chunk.get("usage") or {}).get("completion_tokens", tokens)
        for choice in chunk.get("choices", []):
            piece = (choice.get("delta") or {}).get("content") or ""
            if piece and first_s is None:
                first_s = time.perf_counter() - started_s
            text += piece
    return Answer(text, time.perf_counter() - started_s, first_s, tokens)
