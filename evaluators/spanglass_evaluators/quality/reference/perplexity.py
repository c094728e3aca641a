"""Perplexity of an answer from the log-probabilities of its tokens: exp(-mean), 1 is certainty.

Reads OpenAI's shape (`{"content": [{"logprob": ...}]}`), the older one (`{"token_logprobs": [...]}`) and bare lists,
from metadata `logprobs` or one of the attributes under which instrumentations leave them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from spanglass_evaluators.contract import Failure, Judgement
from spanglass_evaluators.quality.rule import NoSettings, Rule

_ATTRIBUTES = ("spanglass.metadata.logprobs", "gen_ai.response.logprobs", "llm.output_logprobs", "logprobs")
_LISTS = ("content", "token_logprobs", "logprobs", "tokens")
_LARGEST_NLL = 700.0  # exp of more is no float


def perplexity(logprobs: list[float]) -> float | None:
    """None without tokens."""
    return math.exp(min(-sum(logprobs) / len(logprobs), _LARGEST_NLL)) if logprobs else None


def judge_perplexity(_config: NoSettings, attributes: Mapping[str, str]) -> Judgement | Failure:
    """The explanation has the number of tokens and the least likely one's place."""
    text = next((attributes[name] for name in _ATTRIBUTES if attributes.get(name)), "")
    if not text:
        return Judgement(None, "no_logprobs")
    try:
        found = [p for p in _logprobs(orjson.loads(text)) if math.isfinite(p)]
    except orjson.JSONDecodeError:
        return Failure("the recorded logprobs are no JSON")
    value = perplexity(found)
    if value is None:
        return Judgement(None, "no_logprobs")
    return Judgement(value, "", f"{len(found)} tokens, least likely at {found.index(min(found))}: {min(found):.2f}")


def _logprobs(loaded: Any) -> Iterator[float]:
    if isinstance(loaded, dict):
        inner: Any = next((loaded[name] for name in _LISTS if isinstance(loaded.get(name), (list, dict))), [])
        yield from _logprobs(inner)
    elif isinstance(loaded, list):
        for item in loaded:
            value = item.get("logprob") if isinstance(item, dict) else item
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                yield float(value)
            elif isinstance(item, dict) and value is None:
                yield from _logprobs(item)


RULE = Rule(
    "perplexity",
    judge_perplexity,
    columns=("SpanAttributes",),
    where="Kind = 'llm' AND (" + " OR ".join(f"mapContains(SpanAttributes, '{name}')" for name in _ATTRIBUTES) + ")",
)
