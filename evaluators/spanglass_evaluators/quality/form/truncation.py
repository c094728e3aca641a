"""1 when an answer was cut off: the model says so by its finish reason, or the text does by how it ends.

Where the model says that it came to its end, it is believed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from spanglass_evaluators.contract import Judgement
from spanglass_evaluators.quality.rule import NoSettings, Rule

_CUT = frozenset({"length", "max_tokens", "max_output_tokens", "token_limit", "model_length", "incomplete"})
_ENDED = frozenset({"stop", "end_turn", "stop_sequence", "tool_call", "tool_calls", "tool_use", "eos", "complete"})
_FENCE = re.compile(r"^\s*(?:```|~~~)", re.MULTILINE)
_LIST_ITEM = re.compile(r"\s*(?:[-*•+>|#]|\d+[.)])")
_ENDS_OPEN = re.compile(
    r"(?:[,;(\[{–-]|\b(?:a|an|the|of|to|in|on|and|or|but|with|for|from|by|as|is|are|was|were|that|which|be|your|their|its"
    r"|this|these|can|will|at|into|have|has))$",
    re.IGNORECASE,
)
_CLOSED = (
    ".",
    "!",
    "?",
    "。",
    "！",
    "？",
    "…",
    '"',
    "'",
    "”",
    "’",
    ")",
    "]",
    "}",
    ":",
    "`",
    "*",
    "_",
    "|",
    "»",
    "。」",
    "」",
)
_STOPS = (".", "!", "?")
_READ_CHARS = 4_000
_FEW_WORDS = 5
_PROSE_WORDS = 12
"""A last line of so many words that ends without a full stop was probably cut; shorter ones are titles and items."""


def judge_truncation(_config: NoSettings, answer: str, finish_reasons: Sequence[str]) -> Judgement:
    """Labels: `length` (the model says so), `code`, `brackets`, `sentence` (by the text), `complete`."""
    reasons = {reason.lower() for reason in finish_reasons}
    if reasons & _CUT:
        return Judgement(1.0, "length")
    text = answer.rstrip()
    if not text:
        return Judgement(None, "empty")
    if reasons & _ENDED:
        return Judgement(0.0, "complete")
    sign = _sign_of_cut(text)
    return Judgement(1.0, sign) if sign else Judgement(0.0, "complete")


def _sign_of_cut(text: str) -> str:
    if len(_FENCE.findall(text)) % 2:
        return "code"
    if text[0] in "[{" and text[-1] not in "]}.!?" and text.count(text[0]) > text.count("]" if text[0] == "[" else "}"):
        return "brackets"
    before, _, last = text[-_READ_CHARS:].rpartition("\n")
    if last.endswith(_CLOSED) or not last[-1].isascii():
        return ""
    words = last.split()
    if len(words) > 1 and _ENDS_OPEN.search(last):
        return "sentence"
    if _LIST_ITEM.match(last):
        alike = [line for line in before.splitlines() if _LIST_ITEM.match(line)]
        return "sentence" if alike and all(line.rstrip().endswith(_STOPS) for line in alike) else ""
    prose = len(words) >= _PROSE_WORDS and not last.lstrip().startswith("#") and "#" not in words[-1]
    return "sentence" if prose or (len(words) >= _FEW_WORDS and _ends_with_stop(before)) else ""


def _ends_with_stop(before: str) -> bool:
    """The paragraph before is a sentence; so the last one should be."""
    lines = before.rsplit("\n", 2)
    return any(line.rstrip().endswith((".", "!", "?")) and len(line.split()) >= _PROSE_WORDS for line in lines[-2:])


RULE = Rule("truncation", judge_truncation, columns=("output_text", "FinishReasons"))
