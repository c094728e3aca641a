"""Does an answer say what its reference says: numbers, fields, words, meaning, code."""

from typing import Final

DECLARES_REFERENCE: Final = "Kind = 'llm' AND SpanAttributes['spanglass.metadata.reference'] != ''"
"""SQL: model calls for which the app declared what would be right."""
