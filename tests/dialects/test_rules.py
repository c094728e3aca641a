"""What holds whatever the dialect: preference, lenient numbers, inclusive token counts."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from spanglass_collector.store.aliases import Dialects
from tests.dialects.conftest import Example, RowsOf, check
from tests.otlp_samples import make_span

EXAMPLES = (
    Example(
        "two dialects on one span: the first is taken, nothing is summed",
        {
            "llm.token_count.prompt": 9,
            "gen_ai.usage.input_tokens": 10,
            "llm.model_name": "other",
            "gen_ai.request.model": "gpt-4o",
            "openinference.span.kind": "CHAIN",
            "gen_ai.operation.name": "chat",
        },
        {"InputTokens": 10, "RequestModel": "gpt-4o", "ResponseModel": "other", "Kind": "chain"},
    ),
    Example(
        "messages as an attribute hide the flattened ones",
        {"gen_ai.input.messages": "[]", "gen_ai.prompt.0.content": "x"},
        {"InputMessages": []},
    ),
    Example(
        "an empty alias hides nothing",
        {
            "gen_ai.request.model": "",
            "llm.model_name": "m",
            "gen_ai.input.messages": "",
            "gen_ai.prompt.0.content": "x",
        },
        {"RequestModel": "m", "InputMessages": [{"role": "user", "parts": [{"type": "text", "content": "x"}]}]},
    ),
    Example(
        "numbers as text and doubles",
        {
            "gen_ai.usage.input_tokens": "12",
            "gen_ai.usage.output_tokens": 3.0,
            "gen_ai.response.time_to_first_chunk": "1.5",
        },
        {"InputTokens": 12, "OutputTokens": 3, "TimeToFirstToken": 1_500_000_000},
    ),
    Example(
        "what is no number is unknown, not zero",
        {"gen_ai.usage.input_tokens": "many", "gen_ai.usage.output_tokens": -1, "llm.token_count.completion": 2},
        {"InputTokens": None, "OutputTokens": None},
    ),
    Example(
        "a sender whose input excludes what was cached",
        {
            "gen_ai.usage.input_tokens": 5,
            "gen_ai.usage.cache_read.input_tokens": 100,
            "gen_ai.usage.cache_creation.input_tokens": 20,
        },
        {"InputTokens": 125, "CachedInputTokens": 100, "CacheWriteTokens": 20},
    ),
    Example(
        "seconds are nanoseconds here",
        {"gen_ai.server.time_to_first_token": 0.001},
        {"TimeToFirstToken": 1_000_000},
    ),
    Example("a model and nothing else is a model call", {"gen_ai.response.model": "m"}, {"Kind": "llm"}),
    Example(
        "messages cut short by a limit are kept",
        {"gen_ai.input.messages": '[{"role":"user","par'},
        {"SpanAttributes": {}},
    ),
)


def test_the_same_rules_hold_for_all(rows_of: RowsOf) -> None:
    """Normalisation that avoids wrong numbers."""
    check(EXAMPLES, rows_of)


def test_more_than_128_attributes_are_all_stored(rows_of: RowsOf) -> None:
    """The collector has no such limit, and finds fields among many attributes."""
    many = {f"app.key{i}": i for i in range(1000)} | {"gen_ai.request.model": "m"}
    (row,) = rows_of([make_span(many)])
    assert (row["RequestModel"], len(row["SpanAttributes"])) == ("m", 1001)


def test_every_alias_fills_its_column(rows_of: RowsOf) -> None:
    """Each row of fields.csv alone on a span is read."""
    dialects = Dialects.load()
    texts = [(field, alias) for field, alias in dialects.fields if field not in NOT_TEXTS and not alias.startswith("~")]
    rows = rows_of([make_span({alias: "some text"}) for _, alias in texts])
    assert [(field, row[field]) for (field, _), row in zip(texts, rows, strict=True)] == [
        (field, "some text") for field, _ in texts
    ]


NOT_TEXTS = {
    *("Kind", "Provider", "AnyModel", "InputTokens", "OutputTokens", "CachedInputTokens", "CacheWriteTokens"),
    *(
        "InputAudioTokens",
        "OutputAudioTokens",
        "ReasoningTokens",
        "CacheWrite1hTokens",
        "CostUsd",
        "TimeToFirstTokenSeconds",
        "Streaming",
        "FinishReasons",
        "Tags",
    ),
}
"""Fields whose values are read as something else than the text that was sent."""


def test_any_text_survives_as_json(rows_of: RowsOf) -> None:
    """Flattened keys become valid JSON whatever their values say."""
    texts: list[str] = []

    @settings(max_examples=200, database=None)
    @given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
    def collect(text: str) -> None:
        texts.append(text)

    collect()
    rows = rows_of([make_span({"llm.input_messages.0.message.content": text}) for text in texts])
    assert [json.loads(row["InputMessages"])[0]["parts"][0]["content"] for row in rows] == texts
