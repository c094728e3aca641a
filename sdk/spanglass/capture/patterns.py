"""Built-in redactions: what personal data and keys look like in text. All are opt-in (`redact=`).

They are conservative: a pattern that also hits version numbers or dates would be switched off after a day.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from spanglass.errors import ConfigurationError


def _any(_: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Redaction:
    """Matches of `pattern` that `is_real` confirms become `[name]`."""

    name: str
    pattern: re.Pattern[str]
    is_real: Callable[[str], bool] = _any

    def apply(self, text: str) -> str:
        """The text with every real match replaced."""
        return self.pattern.sub(lambda match: f"[{self.name}]" if self.is_real(match.group()) else match.group(), text)


def passes_luhn(number: str) -> bool:
    """The check digit of payment cards (ISO/IEC 7812-1), over 13 to 19 digits."""
    digits = [int(character) for character in number if character.isdigit()]
    if not 13 <= len(digits) <= 19:
        return False
    doubled = (digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def passes_mod_97(iban: str) -> bool:
    """The check digits of an IBAN (ISO 13616)."""
    compact = iban.replace(" ", "").upper()
    moved = compact[4:] + compact[:4]
    return 15 <= len(compact) <= 34 and int("".join(str(int(character, 36)) for character in moved)) % 97 == 1


def is_ip_address(text: str) -> bool:
    """Four numbers below 256: `1.2.3` and `300.1.1.1` are versions and noise."""
    return all(int(part) < 256 for part in text.split("."))


_KEYS = "|".join(
    (
        r"\bsk-[A-Za-z0-9_-]{16,}",  # OpenAI, Anthropic and who followed them
        r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",  # AWS
        r"\bgh[pousr]_[A-Za-z0-9]{30,}",  # GitHub
        r"\bgithub_pat_[A-Za-z0-9_]{30,}",
        r"\bxox[abeprs]-[A-Za-z0-9-]{10,}",  # Slack
        r"\bAIza[0-9A-Za-z_-]{35}",  # Google
        r"\bhf_[A-Za-z0-9]{30,}",  # Hugging Face
        r"\bglpat-[A-Za-z0-9_-]{20,}",  # GitLab
        r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",  # JSON web tokens
        r"(?i:\bbearer\s+)[A-Za-z0-9._~+/=-]{16,}",
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)",
    )
)
BUILT_IN: dict[str, Redaction] = {
    redaction.name: redaction
    for redaction in (
        Redaction("key", re.compile(_KEYS)),
        Redaction("email", re.compile(r"\b[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}\b")),
        Redaction("card", re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])"), passes_luhn),
        Redaction("iban", re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"), passes_mod_97),
        Redaction(
            "phone",
            re.compile(
                r"(?<![\w+])\+\d(?:[ ().-]{0,2}\d){7,14}\b|(?<![\w-])(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}\b"
            ),
        ),
        Redaction("ssn", re.compile(r"(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])")),
        Redaction("ip", re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])"), is_ip_address),
    )
}

Wanted = bool | Iterable[str | re.Pattern[str]]


def redactions(wanted: Wanted | None) -> tuple[Redaction, ...]:
    """All built-in ones for True; else those named, and patterns of one's own (their name is `redacted`).

    Raises ConfigurationError for a name that is not built in.
    """
    if not wanted:
        return ()
    if wanted is True:
        return tuple(BUILT_IN.values())
    names = (wanted,) if isinstance(wanted, str) else wanted
    return tuple(_redaction(entry) for entry in names)


def _redaction(entry: str | re.Pattern[str]) -> Redaction:
    if isinstance(entry, re.Pattern):
        return Redaction("redacted", entry)
    if entry not in BUILT_IN:
        raise ConfigurationError(f"redact={entry!r}: built in are {', '.join(BUILT_IN)}; or pass re.compile(...)")
    return BUILT_IN[entry]
