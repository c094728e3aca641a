"""A trace as text: a line for each span with its kind, model, time, tokens and cost. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from opentelemetry.trace import StatusCode

from spanglass import attributes as names
from spanglass.contract import FinishedSpan

_MODELS = (names.RESPONSE_MODEL, names.REQUEST_MODEL, "llm.model_name", "embedding.model_name")
_INPUT_TOKENS = (names.INPUT_TOKENS, "gen_ai.usage.prompt_tokens", "llm.token_count.prompt")
_OUTPUT_TOKENS = (names.OUTPUT_TOKENS, "gen_ai.usage.completion_tokens", "llm.token_count.completion")
_COSTS = (names.COST_USD, "gen_ai.usage.cost", "llm.cost.total")
_KINDS = (names.KIND, "openinference.span.kind", names.OPERATION)


def draw(spans: Sequence[FinishedSpan]) -> str:
    """The spans of one trace. A span whose parent is not among them stands at the left."""
    known = {_id(span) for span in spans}
    below: dict[int, list[FinishedSpan]] = {}
    for span in sorted(spans, key=lambda each: each.start_time or 0):
        parent = span.parent.span_id if span.parent is not None else 0
        below.setdefault(parent if parent in known else 0, []).append(span)
    rows = [row for root in below.get(0, ()) for row in _rows(root, below, "", "")]
    width = max((len(tree) for tree, _ in rows), default=0)
    return "\n".join(f"{tree:<{width}}  {facts}".rstrip() for tree, facts in rows)


def _rows(
    span: FinishedSpan, below: Mapping[int, Sequence[FinishedSpan]], branch: str, indent: str
) -> Iterator[tuple[str, str]]:
    yield branch + _printable(span.name), facts_of(span)
    children = below.get(_id(span), ())
    for number, child in enumerate(children, 1):
        is_last = number == len(children)
        yield from _rows(child, below, indent + ("└─ " if is_last else "├─ "), indent + ("   " if is_last else "│  "))


def facts_of(span: FinishedSpan) -> str:
    """`llm gpt-4o  1.2 s  512 → 87 tokens  $0.0012  ERROR timeout`, as far as the span says."""
    said = span.attributes or {}
    kind, model = _first(said, _KINDS), _first(said, _MODELS)
    facts = [
        " ".join(str(each).lower() if each is kind else str(each) for each in (kind, model) if each),
        duration((span.end_time or 0) - (span.start_time or 0)),
        _tokens(_first(said, _INPUT_TOKENS), _first(said, _OUTPUT_TOKENS)),
        _cost(_first(said, _COSTS)),
        _error(span),
    ]
    return "  ".join(_printable(fact) for fact in facts if fact)


def duration(ns: int) -> str:
    """Three digits at most: `850 µs`, `12.3 ms`, `1.24 s`, `2 min 5 s`."""
    if ns < 1_000_000:
        return f"{ns / 1e3:.0f} µs"
    if ns < 1_000_000_000:
        return f"{ns / 1e6:.3g} ms"
    seconds = ns / 1e9
    return f"{seconds:.3g} s" if seconds < 100 else f"{int(seconds // 60)} min {int(seconds % 60)} s"


def _tokens(read: object, written: object) -> str:
    if read is None and written is None:
        return ""
    return f"{'?' if read is None else read} → {'?' if written is None else written} tokens"


def _cost(usd: object) -> str:
    return f"${usd:.4g}" if isinstance(usd, (int, float)) else ""


def _error(span: FinishedSpan) -> str:
    if span.status.status_code is not StatusCode.ERROR:
        return ""
    return f"ERROR {(span.status.description or '').splitlines()[0][:80] if span.status.description else ''}".rstrip()


def _first(said: Mapping[str, Any], wanted: Sequence[str]) -> Any:
    return next((said[name] for name in wanted if said.get(name) is not None), None)


def _printable(text: str) -> str:
    """A name or message may hold anything; what would steer the terminal is shown instead of obeyed."""
    return "".join(character if character.isprintable() else "·" for character in text)


def _id(span: FinishedSpan) -> int:
    return span.context.span_id if span.context is not None else -1
