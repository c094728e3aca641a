"""Personal data by Microsoft's Presidio: its recognisers called one by one, without its default language model.

`AnalyzerEngine()` would fetch a spaCy model, and its e-mail recogniser the list of domain endings; here neither does.
With a spaCy model on this machine its names, places and nationalities are found, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.safety.finding import Finding

_KINDS = {
    "CREDIT_CARD": "card", "EMAIL_ADDRESS": "email", "IBAN_CODE": "iban", "IP_ADDRESS": "ip", "US_SSN": "ssn",
    "PHONE_NUMBER": "phone", "CRYPTO": "crypto_wallet", "MEDICAL_LICENSE": "medical_license", "US_ITIN": "itin",
    "US_PASSPORT": "passport", "UK_NHS": "nhs_number", "PERSON": "person", "LOCATION": "location", "NRP": "nrp",
    "DATE_TIME": "date", "ORGANIZATION": "organization",
}  # fmt: skip
_NAMED = {"PERSON": "person", "PER": "person", "GPE": "location", "LOC": "location", "FAC": "location", "NORP": "nrp"}
_NAME_CONFIDENCE = 0.85  # Presidio's own for what a language model names
_MOST_CHARS = 1_000_000  # spaCy refuses longer texts


def is_installed() -> bool:
    """Whether the extra [pii] is there; imports nothing."""
    return find_spec("presidio_analyzer") is not None


def installed_language_model() -> str:
    """The name of a spaCy model on this machine, "" when there is none."""
    if find_spec("spacy") is None:
        return ""
    from spacy.util import get_installed_models

    return next(iter(sorted(get_installed_models())), "")


class Presidio:
    """Loads in some seconds and holds 400 MB. Raises ConfigurationError when Presidio or the model is missing."""

    def __init__(self, language_model: str = "") -> None:
        if not is_installed():
            raise ConfigurationError('engine = "presidio" needs Presidio: pip install "spanglass[pii]"')
        self._recognisers = _recognisers()
        self._names = (
            None if language_model == "none" else _language_model(language_model or installed_language_model())
        )

    def find(self, text: str) -> list[Finding]:
        """By position; a place may have several kinds."""
        found = [
            Finding(_KINDS.get(result.entity_type, result.entity_type.lower()), result.start, result.end, result.score)
            for recogniser in self._recognisers
            for result in recogniser.analyze(text, recogniser.supported_entities, None) or ()
        ]
        return sorted([*found, *self._named(text)], key=lambda one: (one.start, one.end))

    def _named(self, text: str) -> Sequence[Finding]:
        if self._names is None:
            return ()
        entities = self._names(text[:_MOST_CHARS]).ents
        return [
            Finding(_NAMED[entity.label_], entity.start_char, entity.end_char, _NAME_CONFIDENCE)
            for entity in entities
            if entity.label_ in _NAMED
        ]


def _recognisers() -> list[Any]:
    import tldextract
    from presidio_analyzer import predefined_recognizers as known

    endings = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)

    email = known.EmailRecognizer()
    email.validate_result = lambda address: bool(endings(address).fqdn)  # its own would fetch the list of endings
    return [
        known.CreditCardRecognizer(), email, known.IbanRecognizer(), known.IpRecognizer(),
        known.UsSsnRecognizer(), known.PhoneRecognizer(), known.CryptoRecognizer(),
    ]  # fmt: skip


def _language_model(name: str) -> Any:
    if not name:
        return None
    import spacy

    try:
        return spacy.load(name)
    except OSError as error:
        raise ConfigurationError(
            f'language_model = {name!r} is no spaCy model on this machine: install one, or say "none" ({error})'
        ) from error
