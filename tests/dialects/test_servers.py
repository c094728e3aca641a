"""Spans that model servers make themselves: vLLM and Triton; and what a resource says for all its spans."""

from __future__ import annotations

from spanglass_collector.admit.request import admit_protobuf
from spanglass_collector.commit.block import Block
from spanglass_collector.store import ClickHouseStore
from tests.dialects.conftest import Example, RowsOf, check
from tests.otlp_samples import make_request, make_span

VLLM = {
    "gen_ai.response.model": "tiny",
    "gen_ai.request.id": "cmpl-1",
    "gen_ai.usage.prompt_tokens": 12,
    "gen_ai.usage.completion_tokens": 5,
    "gen_ai.latency.time_to_first_token": 0.25,
    "gen_ai.latency.e2e": 1.5,
}
TRITON = {"triton.model_name": "tiny", "triton.model_version": "3", "triton.request_id": "r1"}
EXAMPLES = (
    Example(
        "vLLM",
        VLLM,
        {
            "Kind": "llm",
            "ResponseModel": "tiny",
            "ResponseId": "cmpl-1",
            "InputTokens": 12,
            "OutputTokens": 5,
            "TimeToFirstToken": 250_000_000,
        },
    ),
    Example("Triton", TRITON, {"Kind": "llm", "RequestModel": "tiny", "ModelVersion": "3", "ResponseId": "r1"}),
)


def test_native_spans_of_model_servers(rows_of: RowsOf) -> None:
    """Their own attribute names end in the same columns as a client's."""
    check(EXAMPLES, rows_of)


def test_a_resource_names_the_model_version_of_all_its_spans(store: ClickHouseStore) -> None:
    """A process that serves one version says so once; a span that says otherwise wins."""
    spans = [make_span(name="a"), make_span({"spanglass.model.version": "bot@2"}, name="b")]
    request = make_request(spans, {"service.name": "x", "spanglass.model.version": "bot@1"})
    Block([admit_protobuf(request.SerializeToString(), "default", 1)]).insert_into(store)
    rows = store.query("SELECT SpanName, ModelVersion FROM spans ORDER BY SpanName").result_rows
    assert [tuple(row) for row in rows] == [("a", "bot@1"), ("b", "bot@2")]
