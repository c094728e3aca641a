"""Personal data that has a shape: e-mail, phone, card, IBAN, US social security number, network address.

Names and postal addresses have none: they need Presidio with a language model (presidio.py).
"""

from __future__ import annotations

import re

from spanglass_evaluators.safety.checksums import address_length, card_length, iban_length, ssn_length
from spanglass_evaluators.safety.finding import Finding
from spanglass_evaluators.safety.patterns import Pattern, find_all

_LOCAL = r"A-Za-z0-9._%+'-"

PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "email",
        re.compile(
            rf"(?<![{_LOCAL}])[{_LOCAL}]{{1,64}}@(?:[A-Za-z0-9-]{{1,63}}\.){{1,8}}[A-Za-z]{{2,24}}(?![A-Za-z0-9])"
        ),
        ("@",),
    ),
    Pattern(
        "card",
        re.compile(r"(?<![\w.-])[0-9](?:[ -]?[0-9]){12,18}(?![\w-])"),
        tuple("23456"),
        needs_digits=13,
        real_length=card_length,
    ),
    Pattern(
        "iban",
        re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])"),
        tuple("0123456789"),
        real_length=iban_length,
        needs_digits=4,
    ),
    Pattern(
        "phone",
        re.compile(
            r"(?<![\w+])\+[1-9](?:[ ().-]{0,2}[0-9]){7,14}(?![0-9])"
            r"|(?<![\w.-])(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[-. ])[2-9][0-9]{2}[-. ][0-9]{4}(?![\w-])"
        ),
        ("+", "-", ".", ") ", " "),
        needs_digits=9,
        confidence=0.9,
    ),
    Pattern(
        "ssn",
        re.compile(r"(?<![\w-])[0-9]{3}-[0-9]{2}-[0-9]{4}(?![\w-])"),
        ("-",),
        needs_digits=9,
        real_length=ssn_length,
    ),
    Pattern(
        "ip",
        re.compile(r"(?<![\w.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![\w]|\.[0-9])"),
        (".",),
        needs_digits=4,
        real_length=address_length,
        confidence=0.8,
    ),
    Pattern(
        "ip",
        re.compile(r"(?<![\w:.])(?=[0-9A-Fa-f:]{5,39}(?![\w:]))(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])"),
        (":",),
        real_length=address_length,
        confidence=0.8,
    ),
)
KINDS = tuple(dict.fromkeys(pattern.kind for pattern in PATTERNS))


def find_personal(text: str) -> list[Finding]:
    """Personal data in `text`, by position. Linear in its length; takes any text."""
    return find_all(text, PATTERNS)
