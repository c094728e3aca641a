"""Which requests take the longer view: told from names alone, wherever they stand."""

from __future__ import annotations

import pytest

from spanglass_collector.admit.reshaping import needs_reshaping
from spanglass_collector.store.aliases import Dialects
from tests.otlp_samples import make_request, make_span


def test_plain_requests_take_the_short_way() -> None:
    """Attributes that are columns as they are, and any others, need nothing."""
    spans = [make_span({"gen_ai.request.model": "m", "llm.model_name": "m", "my.key": "llm.input_messages."})]
    assert not needs_reshaping(make_request(spans).SerializeToString())


@pytest.mark.parametrize("position", [0, 250, 499])
def test_one_such_span_among_many_is_found(position: int) -> None:
    """Also in the last scope of a request, and whatever else is there."""
    spans = [make_span({"gen_ai.request.model": "m"}) for _ in range(500)]
    spans[position] = make_span({"gen_ai.prompt.0.content": "hi"})
    first = make_request(spans[:400])
    first.resource_spans.extend(make_request(spans[400:]).resource_spans)
    assert needs_reshaping(first.SerializeToString())


def test_every_name_of_the_tables_is_found() -> None:
    """No row of indexed.csv or reshaped.csv is forgotten, and no event."""
    dialects = Dialects.load()
    names = [row.attribute for row in dialects.reshaped] + list(dialects.single)
    names += [f"{row.prefix}0.content" for row in dialects.indexed]
    for name in names:
        assert needs_reshaping(make_request([make_span({name: "x"})]).SerializeToString()), name
    for name in dialects.reshaping_events:
        span = make_span()
        span.events.add(name="other")
        span.events.add(name=name)
        assert needs_reshaping(make_request([span]).SerializeToString()), name


def test_what_is_no_request_is_left_to_the_store() -> None:
    """It will be refused there, with a reason."""
    assert needs_reshaping(b"\x0a\xff")
