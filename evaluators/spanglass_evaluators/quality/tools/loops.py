"""Does a trace call tools in circles: the share of its tool calls that repeat one with the same arguments.

A call that is repeated after a failure is a retry and counts only from the second repeat on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spanglass_evaluators.contract import Judgement
from spanglass_evaluators.quality.rule import Rule
from spanglass_evaluators.tools import ToolCall


@dataclass(frozen=True, slots=True)
class ToolLoopsConfig:
    """`repeats`: `loops` from so many equal calls on, in a row or as a cycle of two."""

    repeats: int = 3


def judge_loops(
    config: ToolLoopsConfig,
    kinds: Sequence[str],
    names: Sequence[str],
    arguments: Sequence[str],
    called: Sequence[Sequence[ToolCall]],
    statuses: Sequence[str],
) -> Judgement:
    """Spans of tools count; where a trace has none, the calls in the model's messages."""
    spans = list(zip(kinds, names, arguments, statuses, strict=True))
    runs = [(f"{name} {given}", status == "Error") for kind, name, given, status in spans if kind == "tool"]
    runs = runs or [(call.fingerprint, False) for calls in called for call in calls]
    if not runs:
        return Judgement(None, "no_calls")
    share = sum(_repeats(runs)) / len(runs)
    longest = longest_cycle([key for key, _ in runs])
    return Judgement(
        share, "loops" if longest >= config.repeats else "no_loop", f"{len(runs)} calls, {longest} in a row"
    )


def _repeats(runs: Sequence[tuple[str, bool]]) -> Iterator[bool]:
    """Whether each call repeats one; the first repeat of one that failed does not count."""
    allowed: Counter[str] = Counter()
    seen: set[str] = set()
    for key, failed in runs:
        yield key in seen and not allowed[key]
        allowed[key] = 1 if failed and key not in seen else 0
        seen.add(key)


def longest_cycle(keys: Sequence[str]) -> int:
    """How often one call, or a cycle of two calls, comes in a row at most."""
    best = 1 if keys else 0
    for period in (1, 2):
        run = 0
        for at in range(period, len(keys)):
            run = run + 1 if keys[at] == keys[at - period] else 0
            best = max(best, run // period + 1)
    return best


RULE = Rule(
    "tool_loops",
    judge_loops,
    columns=("Kind", "ToolName", "Input", "called_tools", "StatusCode"),
    config=ToolLoopsConfig,
    where="Kind IN ('llm', 'tool')",
    target="trace",
)
