"""What is found in texts, what is not, and that masks leave nothing behind."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanglass_evaluators.safety.finding import Finding, apart, described, masked
from spanglass_evaluators.safety.keys import find_secrets
from spanglass_evaluators.safety.personal import find_personal

PERSONAL = {
    "email": ["jane.doe@example.org", "a+b@mail.example.co.uk", "o'neil@example.ie"],
    "card": ["4111 1111 1111 1111", "378282246310005", "5555-5555-5555-4444"],
    "iban": ["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432", "ES91 2100 0418 4502 0005 1332"],
    "phone": ["+49 30 1234567", "(415) 555-2671", "+1 415-555-2671"],
    "ssn": ["219-09-9999"],
    "ip": ["192.0.2.17", "2001:db8::ff00:42:8329"],
}
SECRETS = {
    "openai_key": ["sk-proj-" + "aB3dE5gH7jK9mN1pQ3sT5vX7", "sk-" + "a1B2c3D4e5F6g7H8i9J0k1L2"],
    "anthropic_key": ["sk-ant-api03-" + "aB3dE5gH7jK9mN1pQ3sT5vX7"],
    "aws_key_id": ["AKIA" + "IOSFODNN7EXAMPLE"],
    "github_token": ["ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"],
    "slack_token": ["xoxb-" + "123456789012-abcdefABCDEF"],
    "google_key": ["AIza" + "SyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q"],
    "stripe_key": ["sk_live_" + "a1B2c3D4e5F6g7H8i9J0"],
    "jwt": ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"],
    "hugging_face_token": ["hf_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZ012345"],
    "telegram_token": ["123456789:AA" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q"],
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in PERSONAL.items() for text in texts])
def test_personal_data_is_found_where_it_stands(kind: str, text: str) -> None:
    """Kind and place are exact, with words and punctuation around it."""
    assert [f[:3] for f in find_personal(f"Call ({text}), thanks")] == [(kind, 6, 6 + len(text))]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in SECRETS.items() for text in texts])
def test_keys_of_known_services_are_found(kind: str, text: str) -> None:
    """As in the services' own documents."""
    assert [f[:3] for f in find_secrets(f"use '{text}' here")] == [(kind, 5, 5 + len(text))]


@pytest.mark.parametrize(
    "text",
    [
        "version 1.2.3 of 10:20:30, build 20260131",
        "4111 1111 1111 1112 has a wrong check digit",
        "DE88 3704 0044 0532 0130 00 has wrong check digits",
        "000-12-3456 and 900-12-3456 were never given out",
        "std::vector<int> and a::b, mask 255.255.255.0, home 127.0.0.1",
        "order 1234567890123456 of 2026-01-31",
        "me@localhost and @handle",
    ],
)
def test_what_only_looks_like_personal_data_is_left_alone(text: str) -> None:
    """Versions, times, numbers with wrong check digits, names in code."""
    assert find_personal(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "password = your_password_1",
        "api_key: <YOUR_API_KEY_123>",
        "token = os.environ['TOKEN']",
        "the password must have eight characters",
        "postgres://localhost:5432/app and https://example.com:8080/x",
        "sk-learn, skill, SKETCH and akia",
        "secret: lowercaseword",
    ],
)
def test_placeholders_and_words_are_no_secrets(text: str) -> None:
    """Nor is code that reads a secret from elsewhere."""
    assert find_secrets(text) == []


def test_only_the_value_beside_a_telling_name_is_masked() -> None:
    """The name, the user and the host stay readable."""
    assert masked("DB_PASSWORD=Tr0ub4dor3xyz99", find_secrets) == "DB_PASSWORD=[password]"
    assert masked("postgres://bob:hunter2@db/x", find_secrets) == "postgres://bob:[connection_string]@db/x"


def test_a_private_key_is_found_as_a_whole_and_when_its_end_is_missing() -> None:
    """A cut key is a key."""
    key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nabc=\n-----END RSA PRIVATE KEY-----"

    assert masked(f"see {key} there", find_secrets) == "see [private_key] there"
    assert masked(f"see {key[:50]}", find_secrets) == "see [private_key]"


def test_a_number_followed_by_another_is_cut_at_the_right_place() -> None:
    """A card before an expiry date, an IBAN before a word in capitals."""
    assert masked("4111 1111 1111 1111 12/26", find_personal) == "[card] 12/26"
    assert masked("ES91 2100 0418 4502 0005 1332 CODE", find_personal) == "[iban] CODE"


def test_every_copy_of_a_found_secret_is_masked() -> None:
    """Also where what stands around it hides it from the pattern."""
    key = SECRETS["aws_key_id"][0]

    assert key not in masked(f"{key} and x{key}x", find_secrets)


def test_explanations_hold_places_and_no_text() -> None:
    """What is stored of a finding cannot leak it."""
    text = "mail jane.doe@example.org"

    assert described(find_personal(text)) == "email at 5 to 25"


def test_overlapping_findings_become_one() -> None:
    """The first kind is kept and widened."""
    assert apart([Finding("b", 3, 9), Finding("a", 0, 5, 0.5)]) == [Finding("a", 0, 9, 1.0)]


_SECRET = st.sampled_from([text for texts in (*PERSONAL.values(), *SECRETS.values()) for text in texts])
_AROUND = st.text(st.sampled_from(string.ascii_letters + string.digits + " .,@-_:/\n'\"=é中😀"), max_size=30)


def _found(text: str) -> list[Finding]:
    return [*find_personal(text), *find_secrets(text)]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(_SECRET, _AROUND), max_size=8).map("".join))
def test_masks_leave_no_found_secret_and_masking_again_changes_nothing(text: str) -> None:
    """Whatever stands beside what."""
    found = {text[one.start : one.end] for one in _found(text)}

    result = masked(text, _found)

    assert [secret for secret in found if secret in result and f"[{secret}]" not in result] == []
    assert masked(result, _found) == result


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text_has_an_answer_and_always_the_same(text: str) -> None:
    """Surrogates, control characters, nothing at all; places lie inside the text."""
    found = _found(text)

    assert found == _found(text)
    assert all(0 <= one.start < one.end <= len(text) for one in found)


@settings(max_examples=50, deadline=None)
@given(_SECRET, st.text(st.sampled_from("xyz \n"), max_size=40))
def test_what_stands_before_moves_findings_and_nothing_else(secret: str, before: str) -> None:
    """Invariance: the same finding, later."""
    alone = _found(f" {secret}")

    moved = _found(f"{before} {secret}")

    assert [(o.kind, o.start + len(before), o.end + len(before)) for o in alone] == [o[:3] for o in moved]
