"""Snapshots: valid JSON of anything, bounded, never an exception."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
from pathlib import PurePosixPath
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanglass.capture.secrets import is_secret
from spanglass.capture.snapshot import snapshot

SURROGATES = st.text(st.characters())  # includes lone surrogates, which JSON in UTF-8 cannot hold
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | SURROGATES | st.binary() | st.complex_numbers()
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(st.integers() | SURROGATES | st.tuples(st.integers()), inner)
    ),
    max_leaves=20,
)


@given(ANYTHING)
def test_anything_becomes_valid_json(value: Any) -> None:
    """Whatever the value holds, the text is JSON that the strict parser reads."""
    orjson.loads(snapshot(value))


@given(ANYTHING, st.integers(min_value=64, max_value=300))
def test_the_limit_is_kept_and_the_text_stays_valid(value: Any, limit: int) -> None:
    """A longer value is cut into a JSON string that says how long it was."""
    text = snapshot(value, limit)
    assert len(text.encode()) <= limit
    if text != snapshot(value):
        assert "truncated" in json.loads(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_plain_data_is_kept_exactly(value: Any) -> None:
    """JSON data survives unchanged."""
    assert json.loads(snapshot(value)) == value


def test_cycles_end() -> None:
    """A list inside itself, twice, costs a bounded walk."""
    cycle: list[Any] = []
    cycle.extend([cycle, cycle])
    assert "nested too deep" in snapshot(cycle)


class Hostile:
    def __repr__(self) -> str:
        raise RuntimeError("no")

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("no")


class Model:
    def model_dump(self, mode: str) -> dict[str, str]:
        return {"mode": mode}


class Scalar:
    shape = ()

    def item(self) -> float:
        return 0.5


class Array:
    shape, dtype = (2, 3), "float32"


@dataclasses.dataclass
class Point:
    x: int
    when: datetime.date


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Model(), {"mode": "json"}),
        (Point(1, datetime.date(2026, 1, 2)), {"x": 1, "when": "2026-01-02"}),
        ({1, 2}, [1, 2]),
        (Scalar(), 0.5),
        (PurePosixPath("a/b"), "a/b"),
        (
            b"%PDF",
            {
                "type": "media",
                "mime_type": "application/pdf",
                "bytes": 4,
                "sha256": hashlib.sha256(b"%PDF").hexdigest(),
            },
        ),
        (2**70, str(2**70)),
        ({1: "a", None: "b"}, {"1": "a", "None": "b"}),
        ("\ud800", "?"),
    ],
)
def test_known_shapes_are_data(value: Any, expected: Any) -> None:
    """Models, dataclasses, sets and odd keys become data; bytes become their size."""
    assert json.loads(snapshot(value)) == expected


def test_unknown_objects_are_placeholders() -> None:
    """Arrays show shape and dtype, objects a bounded repr, hostile ones their type."""
    assert json.loads(snapshot(Array())).endswith("Array shape=(2, 3) dtype=float32>")
    assert len(snapshot(type("Big", (), {"__repr__": lambda self: "x" * 10_000})())) < 300
    assert json.loads(snapshot([Hostile()])) == [f"<{__name__}.Hostile>"]


@pytest.mark.parametrize(
    "name", ["api_key", "openaiApiKey", "X-API-Key", "Authorization", "db_password", "token", "access_token"]
)
def test_secret_names_are_recognised(name: str) -> None:
    """In snake, camel, kebab and header case."""
    assert is_secret(name)


@pytest.mark.parametrize("name", ["max_tokens", "token_count", "author", "key", "cache_key", "secretary", "tokens"])
def test_names_that_only_look_secret_stay(name: str) -> None:
    """Usage numbers and ordinary keys are wanted."""
    assert not is_secret(name)
