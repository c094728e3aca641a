"""What a guard decides about one input or output. It holds kinds and places, never the text that was found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

Side = Literal["input", "output"]
Action = Literal["allow", "flag", "mask", "block"]
STRENGTH: dict[str, int] = {action: strength for strength, action in enumerate(get_args(Action))}


class Found(NamedTuple):
    """What a check found: `start` and `end` are characters of text number `text` (a call may have several)."""

    check: str
    kind: str
    start: int
    end: int
    confidence: float
    action: Action
    text: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """`action`: the strongest of what was found. `error`: why a check could not be made ("" when all were);
    `on_error` has decided then, and `action` says how. `owasp`: the entries of the OWASP Top 10 for LLM applications
    that the findings belong to."""

    side: Side
    action: Action
    found: tuple[Found, ...] = ()
    error: str = ""
    elapsed_ms: float = 0.0
    owasp: tuple[str, ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """`check.kind` of everything found, each once."""
        return tuple(dict.fromkeys(f"{one.check}.{one.kind}" for one in self.found))


class Blocked(Exception):
    """A guard stopped a call. `decision` says what it found; the message has kinds, never text."""

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        super().__init__(f"{decision.side} blocked: {', '.join(decision.kinds) or decision.error}")


def strongest(actions: Iterable[Action]) -> Action:
    """The one that changes most; "allow" when there is none."""
    return max(actions, key=STRENGTH.__getitem__, default="allow")


def masked(text: str, found: Sequence[Found]) -> str:
    """The text with `[kind]` in the place of everything that is to be masked, and of every other copy of it."""
    parts, at, said = [], 0, {}
    for one in sorted((one for one in found if one.action == "mask"), key=lambda one: (one.start, -one.end)):
        if one.end <= at:
            continue
        start = max(one.start, at)
        if start == one.start:
            parts += [text[at:start], f"[{one.kind}]"]
        said[text[start : one.end]] = f"[{one.kind}]"
        at = one.end
    result = "".join([*parts, text[at:]])
    for secret, mask in sorted(said.items(), key=lambda pair: -len(pair[0])):
        if len(secret) > 3 and secret not in mask:
            result = result.replace(secret, mask)
    return result
