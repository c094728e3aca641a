"""However a stream is cut into chunks, what gets out is the masked text."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from spanglass.guarded.decision import Found, masked
from spanglass.guarded.stream import HeldBack

_SECRET = re.compile(r"(?<!\w)key-[a-z]{4,20}(?!\w)")


def inspect(text: str) -> list[Found]:
    return [Found("check", "key", m.start(), m.end(), 1.0, "mask") for m in _SECRET.finditer(text)]


def streamed(chunks: list[str], window: int) -> str:
    held = HeldBack(inspect, window)
    return "".join([*(held.add(chunk) for chunk in chunks), held.rest()])


_PIECES = st.sampled_from(
    ["key-abcdef", "key-zz", "word", " ", "\n", "x key-mnopqrstuv y", ". ", "é", "key-", "abcdefgh"]
)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(_PIECES, max_size=40).map(" ".join), st.lists(st.integers(1, 30), min_size=1), st.sampled_from([32, 64])
)
def test_any_cut_gives_the_masked_text(text: str, sizes: list[int], window: int) -> None:
    """With secrets shorter than the window."""
    chunks, at = [], 0
    while at < len(text):
        size = sizes[len(chunks) % len(sizes)]
        chunks.append(text[at : at + size])
        at += size

    assert _SECRET.search(streamed(chunks, window)) is None
    assert streamed(chunks, window) == _SECRET.sub("[key]", text)


def test_a_match_that_grows_beyond_the_window_is_held_until_its_end() -> None:
    """A private key is longer than any window."""

    def private(text: str) -> list[Found]:
        at = text.find("BEGIN")
        end = text.find("END", at)
        return [] if at < 0 else [Found("c", "pem", at, len(text) if end < 0 else end + 3, 1.0, "mask")]

    held = HeldBack(private, 16)
    out = [held.add(chunk) for chunk in ["text " * 10, "BEGIN", *["abcdefgh"] * 50, "END", " after" * 10]]

    assert "".join([*out, held.rest()]) == "text " * 10 + "[pem]" + " after" * 10


def test_what_is_only_flagged_holds_nothing_back() -> None:
    """A judgement on the whole text would hold all of it."""
    held = HeldBack(lambda text: [Found("c", "k", 0, len(text), 1.0, "flag")], 10)

    assert held.add("x" * 100) == "x" * 90


def test_copies_of_what_was_found_are_masked_too() -> None:
    """In one decision; short ones are too common to be hunted."""
    found = [Found("c", "k", 0, 6, 1.0, "mask")]

    assert masked("secret and xsecretx", found) == "[k] and x[k]x"
    assert masked("ab ab", [Found("c", "k", 0, 2, 1.0, "mask")]) == "[k] ab"
