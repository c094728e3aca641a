"""Where recordings come from: cassettes (request and response), and recorded responses that are asked for anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.provider_replay.enumerations import with_names
from tests.instrumentation.cassettes import Recording, recordings

QUESTION = "What does the recorded answer say?"
_MESSAGES = {"messages": [{"role": "user", "content": QUESTION}]}
_EMBED = {"texts": [QUESTION], "input_type": "search_query", "embedding_types": ["float"]}
_CALLS: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {
    ("openai", "responses"): ("/v1/responses", {"input": QUESTION}),
    ("openai", "chat"): ("/v1/chat/completions", _MESSAGES),
    ("openai", "completion"): ("/v1/completions", {"prompt": QUESTION}),
    ("openai", "embedding"): ("/v1/embeddings", {"input": QUESTION}),
    ("deepseek", "chat"): ("/v1/chat/completions", _MESSAGES),
    ("mistral", ""): ("/v1/chat/completions", _MESSAGES),
    ("anthropic", ""): ("/v1/messages", {**_MESSAGES, "max_tokens": 1024}),
    ("cohere", ""): ("/v2/chat", _MESSAGES),
    ("cohere", "embedding"): ("/v2/embed", _EMBED),
    ("cohere", "reranking"): ("/v2/rerank", {"query": QUESTION, "documents": ["one", "two", "three"]}),
}
"""(provider, API) -> what asks for such an answer; images, audio and skills are no model calls of text."""
_NAMELESS = {"openai": "gpt-4o-mini", "cohere": "command-a-03-2025", "anthropic": "claude-sonnet-4-5-20250929"}
"""Asked for where the answer does not say which model gave it."""


def _cassettes(data: Path, provider: str) -> Iterator[Recording]:
    return map(with_names, recordings(data / "cassettes" / provider))


def _fixtures(data: Path, provider: str) -> Iterator[Recording]:
    for file in sorted((data / "provider_response_fixtures" / provider).glob("*")):
        prefix, _, name = file.name.rpartition("__")
        api = "embedding" if name.startswith("cohere-embedding") else prefix
        call = _CALLS.get((provider, api))
        if (
            call
            and "transcription" not in name
            and file.read_text(encoding="utf-8").count('"type":"message_start"') < 2
        ):
            yield _recording(file, provider, *call)


def _recording(file: Path, provider: str, path: str, asked: dict[str, Any]) -> Recording:
    text = file.read_text(encoding="utf-8")
    is_stream = file.suffix == ".txt"
    answers = [json.loads(line) for line in text.splitlines() if line] if is_stream else [json.loads(text)]
    is_error = not is_stream and "error" in answers[0] and answers[0]["error"] is not None
    kind = "text/event-stream" if is_stream else "application/json"
    return Recording(
        file=f"{provider}/{file.name}",
        index=0,
        url=f"https://recorded{path}",
        request={"model": _model(answers, provider), **asked, **({"stream": True} if is_stream else {})},
        status=400 if is_error else 200,
        headers=(("content-type", kind),),
        body=_sse(answers).encode() if is_stream else text.encode(),
    )


def _model(answers: list[dict[str, Any]], provider: str) -> str:
    for answer in answers:
        for place in (answer, answer.get("message"), answer.get("response")):
            if isinstance(place, dict) and place.get("model"):
                return str(place["model"])
    return _NAMELESS.get(provider, "unknown")


def _sse(events: list[dict[str, Any]]) -> str:
    names = [f"event: {event['type']}\n" if "type" in event else "" for event in events]
    lines = [f"{name}data: {json.dumps(event)}\n\n" for name, event in zip(names, events, strict=True)]
    return "".join(lines) + ("" if any(names) else "data: [DONE]\n\n")


SOURCES: dict[str, Callable[[Path, str], Iterator[Recording]]] = {"cassettes": _cassettes, "fixtures": _fixtures}
