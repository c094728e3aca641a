"""The bank's assistant as an application traces it: a chain, a retriever and a model call, each with @trace.

With OPENAI_BASE_URL or OPENAI_API_KEY set it asks that model; without, a few lines of Python answer.
"""

from __future__ import annotations

import os
from typing import Any

import httpx

from spanglass import context, current_span, score, trace
from spanglass_app.demo.story import FACTS
from spanglass_collector.errors import ConfigurationError

QUESTIONS = tuple(question for question, _ in FACTS[:6])


@trace(kind="retriever")
def look_up(question: str) -> list[str]:
    """Facts that share a long word with the question."""
    words = {word for word in question.lower().strip("?").split() if len(word) > 4}
    return [f"{asked} {fact}." for asked, fact in FACTS if words & set(asked.lower().strip("?").split())][:3]


@trace(kind="llm")
def ask_model(messages: list[dict[str, str]]) -> str:
    reply = _remote(messages) if uses_remote_model() else _local(messages)
    current_span().update(
        model=reply["model"],
        provider="openai" if uses_remote_model() else "larkspur",
        input_messages=messages,
        output_messages=[reply["message"]],
        input_tokens=reply["usage"].get("prompt_tokens"),
        output_tokens=reply["usage"].get("completion_tokens"),
        finish_reasons=[reply["finish_reason"]],
    )
    return str(reply["message"]["content"])


@trace(kind="chain", name="assistant")
def answer(question: str) -> str:
    notes = " ".join(look_up(question))
    return ask_model(
        [
            {"role": "system", "content": f"Answer in one sentence, from these notes: {notes}"},
            {"role": "user", "content": question},
        ]
    )


def talk() -> int:
    """Ask every question once, as one user in one session; returns how many."""
    with context(session="live-demo", user="you", tags=["live"], metadata={"region": "north"}):
        for question in QUESTIONS:
            answer(question)
    _thumbs_up()
    return len(QUESTIONS)


@trace(kind="task", name="feedback")
def _thumbs_up() -> None:
    score("thumbs", 1.0, label="up", explanation="given by the person in the demo")


def uses_remote_model() -> bool:
    return bool(os.environ.get("OPENAI_BASE_URL") or os.environ.get("OPENAI_API_KEY"))


def _remote(messages: list[dict[str, str]]) -> dict[str, Any]:
    base = os.environ.get("OPENAI_BASE_URL", "https://api.openai.com/v1").rstrip("/")
    key = os.environ.get("OPENAI_API_KEY")
    try:
        answer = httpx.post(
            f"{base}/chat/completions",
            headers={"Authorization": f"Bearer {key}"} if key else {},
            json={"model": os.environ.get("OPENAI_MODEL", "gpt-4o-mini"), "messages": messages},
            timeout=60,
        )
        answer.raise_for_status()
        body = answer.json()
        choice = body["choices"][0]
        told = {"model": body["model"], "message": choice["message"], "finish_reason": choice["finish_reason"]}
    except (httpx.HTTPError, ValueError, LookupError) as error:
        raise ConfigurationError(
            f"the model at {base} did not answer as OpenAI's API does ({error}); mend OPENAI_BASE_URL, OPENAI_API_KEY "
            "or OPENAI_MODEL, or unset them to use the built-in stand-in"
        ) from error
    return {**told, "usage": body.get("usage") or {}}


def _local(messages: list[dict[str, str]]) -> dict[str, Any]:
    question = messages[-1]["content"]
    fact = next((fact for asked, fact in FACTS if asked == question), "not in my notes")
    text = f"It is {fact}."
    return {
        "model": "larkspur-sorter-7b",
        "message": {"role": "assistant", "content": text},
        "finish_reason": "stop",
        "usage": {"prompt_tokens": sum(len(m["content"]) for m in messages) // 4, "completion_tokens": len(text) // 4},
    }
