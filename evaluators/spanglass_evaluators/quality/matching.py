"""Does an answer match its reference: one rule a mode, pure.

`yes_no`, `option_response` and `accepted` are the scoring rules of the LLMDrift study (Chen, Zaharia, Zou
2023, arXiv 2307.09009), kept to the letter so that its published figures can be reproduced.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

Verdict = tuple[float | None, str]
"""Value (1 match, 0 not, None: cannot tell) and label."""

_MATCH: Final = (1.0, "match")
_MISMATCH: Final = (0.0, "mismatch")
_NO_ANSWER: Final = (0.0, "no_answer")

_PUNCTUATION = re.compile(r"[^\w\s]", re.UNICODE)
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_OPTION_AT_START = re.compile(r"\([A-Z]\)")
_OPTION_REFUSED = re.compile(r"\([A-Z]\)\. Refused")
_OPTION_LETTER = re.compile(r"\s*(?:answer|option)?\s*:?\s*(?:\(([A-Z])\)|([A-Z])(?=[).:]|\s*$))", re.IGNORECASE)
_BOXED = re.compile(r"boxed\{([^{}]*)\}")


def match_exact(answer: str, reference: str) -> Verdict:
    """Equal but for white space at the ends."""
    return _verdict(answer.strip() == reference.strip())


def match_normalised(answer: str, reference: str) -> Verdict:
    """Equal after Unicode NFKC, case folding, and without punctuation, articles and runs of white space."""
    return _verdict(normalise(answer) == normalise(reference))


def match_contains(answer: str, reference: str) -> Verdict:
    """The normalised reference stands in the normalised answer, as whole words."""
    wanted = normalise(reference)
    return _verdict(bool(wanted) and f" {wanted} " in f" {normalise(answer)} ")


def match_regex(answer: str, reference: str) -> Verdict:
    """The reference is a regular expression that finds something. Raises re.error when it is none."""
    return _verdict(re.search(reference, answer) is not None)


def match_yes_no(answer: str, reference: str) -> Verdict:
    """LLMDrift's PRIME rule: the bracketed yes or no of the answer equals the reference's."""
    said = bracketed_yes_no(answer)
    return _verdict(said == bracketed_yes_no(reference)) if said else _NO_ANSWER


def match_option_letter(answer: str, reference: str) -> Verdict:
    """The option the answer begins with, `(B)`, `B.` or `Answer: B`, is the reference's."""
    said = option_letter(answer)
    return _verdict(said == option_letter(reference)) if said else _NO_ANSWER


def match_option_response(answer: str, _reference: str) -> Verdict:
    """LLMDrift's OPINIONQA response rate: the answer begins with an option other than `(X). Refused`."""
    if _OPTION_REFUSED.match(answer):
        return (0.0, "refused")
    return (1.0, "answered") if _OPTION_AT_START.match(answer) else _NO_ANSWER


def match_boxed(answer: str, reference: str) -> Verdict:
    r"""The first `boxed{...}` of the answer equals that of the reference (or the reference itself)."""
    said, wanted = _BOXED.search(answer), _BOXED.search(reference)
    if said is None:
        return _NO_ANSWER
    return _verdict(said.group(1).strip() == (wanted.group(1) if wanted else reference).strip())


def match_accepted(submission: str, _reference: str) -> Verdict:
    """LLMDrift's LEETCODE rule: a judge's report on submitted code says `Accepted`."""
    return _verdict("Accepted" in submission)


Rule = Callable[[str, str], Verdict]

RULES: Mapping[str, Rule] = {
    "exact": match_exact,
    "normalised": match_normalised,
    "contains": match_contains,
    "regex": match_regex,
    "yes_no": match_yes_no,
    "option_letter": match_option_letter,
    "option_response": match_option_response,
    "boxed": match_boxed,
    "accepted": match_accepted,
}

NEEDS_NO_REFERENCE = frozenset({"option_response", "accepted"})


def normalise(text: str) -> str:
    """Lower case, no punctuation, no English articles, single spaces (the SQuAD normalisation, plus NFKC)."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(_ARTICLES.sub(" ", _PUNCTUATION.sub(" ", folded)).split())


def bracketed_yes_no(text: str) -> str:
    """`yes`, `no` or '': every word is bracketed, and `[yes]` anywhere wins over `[no]`."""
    words = text.replace(",", " ").replace(".", " ").split()
    bracketed = " ".join(f"[{word}]" for word in words).lower()
    if "[yes]" in bracketed:
        return "yes"
    return "no" if "[no]" in bracketed else ""


def option_letter(text: str) -> str:
    """The option letter at the start of the text, upper case; '' when there is none."""
    found = _OPTION_LETTER.match(text)
    return (found.group(1) or found.group(2)).upper() if found else ""


def _verdict(is_match: bool) -> Verdict:
    return _MATCH if is_match else _MISMATCH
