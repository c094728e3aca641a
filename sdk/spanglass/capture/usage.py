"""Token usage as providers report it becomes the conventions' totals: input includes cached, output includes
reasoning.

OpenAI and Gemini report totals. Anthropic reports input without its cached parts, which are added here. Where a
provider says nothing, nothing is recorded: unknown is not 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spanglass import attributes as names


def usage_attributes(usage: Any) -> dict[str, int]:
    """Attributes for a usage object or dict of OpenAI (chat, responses), Anthropic, Gemini or Bedrock."""
    said = _as_mapping(usage)
    found = {
        names.INPUT_TOKENS: _input_tokens(said),
        names.OUTPUT_TOKENS: _output_tokens(said),
        names.CACHED_INPUT_TOKENS: _cached(said),
        names.CACHE_WRITE_TOKENS: _first(said, "cache_creation_input_tokens", "cacheWriteInputTokens"),
        names.REASONING_TOKENS: _reasoning(said),
    }
    return {name: count for name, count in found.items() if count is not None}


def _input_tokens(said: Mapping[str, Any]) -> int | None:
    count = _first(said, "prompt_tokens", "input_tokens", "promptTokenCount", "prompt_token_count", "inputTokens")
    if count is None:
        return None
    # Anthropic's names, and only there are the parts beside the count instead of inside.
    return count + sum(int(said.get(part) or 0) for part in ("cache_read_input_tokens", "cache_creation_input_tokens"))


def _output_tokens(said: Mapping[str, Any]) -> int | None:
    count = _first(said, "completion_tokens", "output_tokens", "outputTokens")
    if count is not None:
        return count
    candidates = _first(said, "candidatesTokenCount", "candidates_token_count")  # Gemini counts thoughts apart
    return (
        None if candidates is None else candidates + (_first(said, "thoughtsTokenCount", "thoughts_token_count") or 0)
    )


def _cached(said: Mapping[str, Any]) -> int | None:
    details = _details(said, "prompt_tokens_details", "input_tokens_details")
    inside = _first(details, "cached_tokens")
    if inside is not None:
        return inside
    return _first(
        said, "cache_read_input_tokens", "cachedContentTokenCount", "cached_content_token_count", "cacheReadInputTokens"
    )


def _reasoning(said: Mapping[str, Any]) -> int | None:
    details = _details(said, "completion_tokens_details", "output_tokens_details")
    inside = _first(details, "reasoning_tokens")
    return inside if inside is not None else _first(said, "thoughtsTokenCount", "thoughts_token_count")


def _details(said: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    return next((_as_mapping(said[key]) for key in keys if said.get(key) is not None), {})


def _first(said: Mapping[str, Any], *keys: str) -> int | None:
    return next((int(said[key]) for key in keys if isinstance(said.get(key), (int, float))), None)


def _as_mapping(usage: Any) -> Mapping[str, Any]:
    if isinstance(usage, Mapping):
        return usage
    dump = getattr(usage, "model_dump", None)
    if callable(dump):
        return dump()  # type: ignore[no-any-return]
    return getattr(usage, "__dict__", {})
