"""Retrieved documents out of the JSON of `Documents`: id, text, score, in the order in which they were ranked.

Reads what the dialects leave there: `{"id", "content" | "document" | "page_content" | "text", "score"}`, the same
inside a member `document` or `node`, and bare strings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

_TEXTS = ("content", "page_content", "text", "document", "body")
_IDS = ("id", "document_id", "doc_id", "_id", "url", "name")


@dataclass(frozen=True, slots=True)
class Document:
    """`id` is '' when nothing names it; `score` None when the retriever gave none."""

    id: str
    text: str
    score: float | None = None


def documents_of(documents: str, fallback: str = "") -> tuple[Document, ...]:
    """The documents, none for JSON that was cut off; `fallback` (a retriever's output) is read when they are ''."""
    try:
        parsed = orjson.loads(documents or fallback or "[]")
    except orjson.JSONDecodeError:
        return (Document("", fallback),) if fallback and not documents else ()
    return tuple(_document(item) for item in (parsed if isinstance(parsed, list) else [parsed]))


def documents_text(documents: str, fallback: str = "") -> str:
    """The texts of all documents, a blank line between them."""
    return "\n\n".join(document.text for document in documents_of(documents, fallback) if document.text)


def _document(item: Any) -> Document:
    if not isinstance(item, dict):
        return Document("", item if isinstance(item, str) else orjson.dumps(item).decode())
    inner: dict[str, Any] = next((item[key] for key in ("document", "node") if isinstance(item.get(key), dict)), {})
    merged = {**inner, **{key: value for key, value in item.items() if not isinstance(value, dict)}}
    text = next((merged[key] for key in _TEXTS if isinstance(merged.get(key), str)), "")
    name = next((merged[key] for key in _IDS if isinstance(merged.get(key), (str, int))), "")
    return Document(str(name), text, _number(merged.get("score")))


def _number(value: Any) -> float | None:
    try:
        return None if value is None or isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None
