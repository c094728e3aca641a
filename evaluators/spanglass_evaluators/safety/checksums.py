"""Which numbers are real: check digits of cards and IBANs, addresses of networks, numbers of persons."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "CH": 21,
    "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FO": 18,
    "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23,
    "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27,
    "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18, "NO": 15, "PK": 24, "PL": 28, "PS": 29,
    "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TN": 24, "TR": 26,
    "UA": 29, "VG": 24, "XK": 20,
}  # fmt: skip
"""Characters of an IBAN by country (SWIFT's registry)."""

_CARD_LENGTHS = (19, 18, 17, 16, 15, 14, 13)


def card_length(text: str) -> int:
    """How many characters of `text` are a payment card number: the longest beginning that ends at a gap or at the
    end, whose first digits belong to a card scheme and whose check digit is right (ISO/IEC 7812-1)."""
    places = [at for at, character in enumerate(text) if character.isdigit()]
    for count in _CARD_LENGTHS:
        if count <= len(places) and (count == len(places) or places[count] > places[count - 1] + 1):
            digits = "".join(text[at] for at in places[:count])
            if digits[0] in "23456" and len(set(digits)) > 1 and _passes_luhn(digits):
                return places[count - 1] + 1
    return 0


def _passes_luhn(digits: str) -> bool:
    numbers = [int(digit) for digit in reversed(digits)]
    doubled = (digit * 2 - 9 if digit > 4 else digit * 2 for digit in numbers[1::2])
    return (sum(numbers[::2]) + sum(doubled)) % 10 == 0


def iban_length(text: str) -> int:
    """How many characters of `text` are an IBAN of its country's length with right check digits (ISO 13616)."""
    wanted = IBAN_LENGTHS.get(text[:2], 0)
    places = [at for at, character in enumerate(text) if character != " "]
    if not wanted or len(places) < wanted:
        return 0
    compact = "".join(text[at] for at in places[:wanted])
    number = int("".join(str(int(character, 36)) for character in compact[4:] + compact[:4]))
    return places[wanted - 1] + 1 if number % 97 == 1 else 0


def address_length(text: str) -> int:
    """The whole text when it is an address of IP version 4 or 6 of somebody, else 0."""
    groups = [group for group in text.split(":") if group]
    if ":" in text and (len(groups) < 3 or not any(character.isdigit() for character in text)):
        return 0  # `a::b` is a name in more languages than it is an address
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return 0
    is_nobodys = address.is_loopback or address.is_unspecified or text.startswith("255.")  # a netmask
    return 0 if is_nobodys else len(text)


def ssn_length(text: str) -> int:
    """The whole text unless its numbers were never given out (area 000, 666 or 900 on, group 00, serial 0000)."""
    area, group, serial = _parts(text)
    given = area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"
    return len(text) if given and text.replace("-", "").replace(" ", "") != "123456789" else 0


def _parts(text: str) -> Iterator[str]:
    digits = text.replace("-", "").replace(" ", "")
    yield from (digits[:3], digits[3:5], digits[5:])
