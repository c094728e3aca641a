"""What people write when they are annoyed, served, or give up: patterns over one message, English.

Each frustration pattern has the probability that it means it; written by hand, not fitted to data.
"""

from __future__ import annotations

import re
from typing import Final

_FRUSTRATION: Final = (
    (0.9, r"\b(?:useless|ridiculous|unacceptable|frustrat\w+|infuriating|waste of (?:my )?time)\b"),
    (0.9, r"\bterrible (?:service|bot|help)\b|\bstupid (?:bot|ai|machine)\b|\bthis sucks\b|\bbullshit\b"),
    (0.9, r"\byou(?:'re| are)(?: still)? not (?:listening|understanding|helping|getting)\b"),
    (0.9, r"\bare you (?:even|kidding|serious)\b|\bwhat is wrong with you\b"),
    (0.9, r"\bwhat the (?:hell|fuck|heck)\b|\bwtf\b|\bfuck\w*"),
    (0.8, r"\b(?:that(?:'s| is) not|(?:it |this )?(?:is|was)(?: not|n't)) what i (?:asked|said|meant|wanted)\b"),
    (0.8, r"\bi (?:already|just) (?:said|told|asked|gave|explained|answered|provided)\b"),
    (0.8, r"\b(?:as|like) i (?:already )?said\b|\bhow many times\b"),
    (0.8, r"\b(?:for the|this is the) (?:second|third|fourth|fifth|last|nth|\d+(?:nd|rd|th)) time\b"),
    (0.7, r"\b(?:speak|talk) (?:to|with) (?:a |an |your )?(?:real |actual )?"
          r"(?:human|person|agent|manager|supervisor|representative)\b"),
    (0.6, r"\b(?:still|again)\b[^.?!]{0,40}\b(?:wrong|not work\w*|doesn't|does not|isn't|broken|incorrect|"
          r"the same (?:error|problem))"),
    (0.6, r"\b(?:never ?mind|forget it|i give up|forget about it)\b"),
    (0.5, r"^(?:no|nope|wrong|incorrect)\b[,.! ]+(?:that|this|it|you|i)\b"),
    (0.5, r"\bthat(?:'s| is) (?:wrong|incorrect|not (?:right|true|correct))\b"),
    (0.5, r"[!?]{3,}|\?!|!\?"),
)  # fmt: skip
_GRATITUDE = re.compile(
    r"\b(?:thanks|thank you|thx|cheers|much appreciated|appreciate (?:it|your)|perfect|"
    r"that(?:'s| is) (?:great|all|it|perfect)|(?:it|that) work(?:s|ed)|solved|fixed it|awesome|brilliant|wonderful)\b",
    re.IGNORECASE,
)
_REVERSED = re.compile(
    r"\b(?:no thanks|thanks for nothing|thank you,? but|thanks,? but|not perfect|not great)\b", re.IGNORECASE
)
_GIVES_UP = re.compile(
    r"\b(?:never ?mind|forget it|i give up|i'll (?:look|go|try) (?:elsewhere|somewhere)|cancel that)\b", re.I
)
_HANDED_OVER = re.compile(r"\btransfer(?:red|ring)?\b.{0,40}\b(?:agent|human|representative|specialist)", re.IGNORECASE)
_COMPILED = tuple((weight, re.compile(pattern, re.IGNORECASE)) for weight, pattern in _FRUSTRATION)
_SHOUTED_LETTERS = 12
_READ_CHARS = 4_000


def frustration(message: str) -> float:
    """Probability that the message is annoyed, 0 to 1: the patterns that hit, as independent signs."""
    text = message[:_READ_CHARS].replace("’", "'")
    calm = 1.0
    for weight, pattern in _COMPILED:
        if pattern.search(text):
            calm *= 1 - weight
    letters = [letter for letter in text if letter.isalpha()]
    if len(letters) >= _SHOUTED_LETTERS and sum(map(str.isupper, letters)) > 0.8 * len(letters):
        calm *= 0.5
    return 1 - calm


def is_thankful(message: str) -> bool:
    """Thanks or praise that is not taken back in the same breath."""
    text = message[:_READ_CHARS].replace("’", "'")
    return bool(_GRATITUDE.search(text)) and not _REVERSED.search(text)


def gives_up(message: str) -> bool:
    """Says that it will not be tried any more."""
    return bool(_GIVES_UP.search(message[:_READ_CHARS].replace("’", "'")))


def hands_over(answer: str) -> bool:
    """The assistant passes the user on to a person."""
    return bool(_HANDED_OVER.search(answer[:_READ_CHARS]))
