"""Shortens parsed JSON to the limits of one captured value, visibly: what was left out is said in its place."""

from __future__ import annotations

from typing import Any

from spanglass.capture.policy import ContentLimits

_SMALLEST = 8  # items and characters that are kept even of a value that is far too large


def shorten(value: Any, limits: ContentLimits, depth: int = 0) -> Any:
    """A copy within `text_chars`, `items` and `depth`; not yet within `value_bytes`."""
    if isinstance(value, str):
        return _text(value, limits.text_chars)
    if not isinstance(value, (list, dict)):
        return value
    if depth >= limits.depth:
        return "<nested too deep>"
    if isinstance(value, list):
        return _items(value, limits, depth)
    return _entries(value, limits, depth)


def tighter(limits: ContentLimits) -> ContentLimits | None:
    """The next smaller limits for a value that is still too long; None when there is nothing left to give."""
    if limits.text_chars <= _SMALLEST and limits.items <= _SMALLEST:
        return None
    return ContentLimits(
        limits.value_bytes,
        max(_SMALLEST, limits.text_chars // 4),
        max(_SMALLEST, limits.items // 2),
        limits.depth,
        limits.unchecked_bytes,
    )


def _text(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]}… [truncated: {len(text)} characters]"


def _items(items: list[Any], limits: ContentLimits, depth: int) -> list[Any]:
    """The first and the last items: a long chat's newest messages matter most, and its system prompt."""
    if len(items) <= limits.items:
        return [shorten(item, limits, depth + 1) for item in items]
    head, tail = items[: limits.items // 2], items[-(limits.items // 2) :]
    note = f"… [{len(items) - len(head) - len(tail)} more items]"
    kept = [*head, note, *tail]
    return [shorten(item, limits, depth + 1) for item in kept]


def _entries(entries: dict[str, Any], limits: ContentLimits, depth: int) -> dict[str, Any]:
    kept = {key: shorten(value, limits, depth + 1) for key, value in list(entries.items())[: limits.items]}
    if len(entries) > limits.items:
        kept["…"] = f"[{len(entries) - limits.items} more entries]"
    return kept
