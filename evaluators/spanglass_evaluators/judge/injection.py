"""Does a judged text speak to its judge? Rules over the text alone, before any model sees it.

They find the crude attacks: orders to the judge, ready-made verdicts, forged fences and chat marks. What they miss
meets the fence, the code and, pairwise, the swapped order. Every rule is linear in the text.
"""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_LONGEST_READ = 200_000

_JUDGE = r"(?:judge|evaluator|grader|rater|assessor|scoring (?:model|system)|llm[- ]as[- ]a[- ]judge)"
_BEST = r"(?:\d{1,3}(?:\s?/\s?\d{1,3})?|maximum|max|full|highest|top|perfect|best)"
_POINTS = r"(?:score|rating|grade|verdict|mark|point|criterion|criteria|star)s?"
_GIVE = r"(?:give|assign|award|output|return|respond with|reply with|answer with|rate|grade|score|mark|set)"
_NAMES = r"(?:dear|attention|note (?:to|for)|message (?:to|for)|hey|hello|to)"

_RULES: tuple[tuple[str, str], ...] = (
    (
        "sets instructions aside",
        r"\b(?:ignore|disregard|forget|override|bypass|skip)\s+(?:\w+\s+){0,3}?"
        r"(?:previous|prior|above|earlier|preceding|other|your)\s+(?:\w+\s+){0,2}?"
        r"(?:instructions?|rules?|criteria|rubrics?|prompts?|guidelines?|texts?|directions?)",
    ),
    ("orders a score", rf"\b{_GIVE}\b[^.\n]{{0,60}}\b{_POINTS}\b[^.\n]{{0,30}}\b{_BEST}\b"),
    (
        "orders a score",
        r"\b(?:must|should|shall|please|you will|always|needs? to)\b[^.\n]{0,40}"
        rf"\b(?:rate|score|grade|rated|scored|graded|receive|get|give)\b[^.\n]{{0,40}}\b{_BEST}\b"
        rf"[^.\n]{{0,30}}\b(?:{_POINTS}|quality)\b",
    ),
    ("names the judge", rf"\b{_NAMES} (?:(?:the|any|all|ai) ){{0,3}}{_JUDGE}s?\b"),
    (
        "names the judge",
        rf"\b(?:you are|as|you're) (?:an? |the |my )?(?:\w+ )?{_JUDGE}\b"
        r"[^.\n]{0,80}\b(?:must|should|will|have to|prefer|choose)\b",
    ),
    (
        "orders a preference",
        r"\b(?:choose|pick|prefer|select|vote for|declare|rank)\s+(?:this |my |the )?"
        r"(?:first|second|answer|response|option|assistant)(?:\s+(?:a|b|1|2|one|two|answer|response))?\s+"
        r"(?:as|over|is|to be|instead|wins?|regardless|without)\b",
    ),
    ("is a verdict", r'"(?:reason|code)"\s*:[^{}]{0,800}"(?:scores|winner|verdict|rating)"\s*:'),
    ("is a verdict", r'"(?:scores|winner)"\s*:\s*\{?[^{}]{0,800}\}?\s*,\s*"(?:reason|code)"\s*:'),
    ("forges a fence", r"<<<\s*(?:end|answer|question|first|second|reference|context|documents)\b"),
    (
        "forges chat marks",
        r"<\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id)\|>|\[/?inst\]|<</?sys>>",
    ),
    ("forges chat marks", r"^\s*(?:#{1,4}\s*)?(?:system|developer) ?(?:message|prompt|override|note)?\s*:\s*\S"),
)
_COMPILED = tuple((name, re.compile(pattern, re.IGNORECASE | re.MULTILINE)) for name, pattern in _RULES)


def suspicion(text: str) -> str:
    """What the text does to sway its judge; empty when no rule finds anything."""
    read = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text[:_LONGEST_READ]))
    return next((name for name, pattern in _COMPILED if pattern.search(read)), "")
