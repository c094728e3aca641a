"""Names of columns become SQL, and nothing else does."""

from __future__ import annotations

import pytest

from spanglass_evaluators.columns import derive, sources_of, sql_of
from spanglass_evaluators.errors import ConfigurationError


def test_derived_columns_name_their_sources_once() -> None:
    """Two derived columns may share what they read."""
    assert sources_of(["output_text", "OutputMessages", "reference"]) == [
        "OutputMessages",
        "Output",
        "reference",
    ]


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("OutputTokens", "`OutputTokens`"),
        ("reference", "SpanAttributes['spanglass.metadata.reference']"),
        ("metadata.team's", r"SpanAttributes['spanglass.metadata.team\'s']"),
    ],
)
def test_names_become_sql(name: str, sql: str) -> None:
    """Quotes in a metadata key stay inside the literal."""
    assert sql_of(name) == sql


@pytest.mark.parametrize("name", ["", "output tokens", "1; DROP TABLE spans", "`x`", "sleep(3)"])
def test_what_is_no_name_is_refused(name: str) -> None:
    """A setting cannot smuggle SQL in where a column is meant."""
    with pytest.raises(ConfigurationError, match="is not a column"):
        sql_of(name)


def test_text_falls_back_to_the_functions_result() -> None:
    """A span without messages has said what its function returned."""
    assert derive(["output_text"], {"OutputMessages": ["", '["a"]'], "Output": ["b", "b"]}) == {
        "output_text": ["b", "a"]
    }
