"""Batches for any quality evaluator out of one text: every column that holds text gets it, others what fits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from spanglass_evaluators.contract import Batch, SpanEvaluator, target_of
from spanglass_evaluators.documents import documents_of, documents_text
from spanglass_evaluators.tools import called_tools, offered_tools

_CELLS: Mapping[str, Callable[[str], Any]] = {
    "Kind": lambda _: "llm",
    "StatusCode": lambda _: "Ok",
    "FinishReasons": lambda text: [text[:10]],
    "SpanAttributes": lambda text: {"logprobs": text},
    "documents": lambda text: documents_of(text, text),
    "documents_text": lambda text: documents_text(text) or text,
    "offered_tools": offered_tools,
    "called_tools": called_tools,
}


def batch_of(evaluator: SpanEvaluator, *texts: str) -> Batch:
    """One row a text; for traces and sessions each is of three spans: a retriever and two model calls."""
    columns = {name: [_cell(name, text, target_of(evaluator)) for text in texts] for name in evaluator.columns}
    return Batch(columns, len(texts))


def _cell(name: str, text: str, target: str) -> Any:
    one = _CELLS.get(name, lambda given: given)(text)
    if target == "span":
        return one
    return ["retriever", "llm", "llm"] if name == "Kind" else [one, one, one]
