"""Names an evaluator may ask for, and the SQL and Python that produce them from `spans`.

- a column of `spans`, by its name: `OutputTokens`, `ResponseModel`, ...
- `metadata.KEY`: what the app declared, as text; '' when it did not. `reference` is `metadata.reference`.
- `output_text`, `input_text`: plain text of what the model said and the user asked (messages.py).
- `prompt_text`: plain text of all messages that went in, and `documents_text` of the retrieved documents.
- `system_text`: what the application told the model, out of system instructions and messages.
- `documents`, `offered_tools`, `called_tools`: what documents.py and tools.py read out of the JSON.
- `time_ns`: when the span began, in ns since 1970.
- `score:NAME` (windows only): the newest score of that name for the span, None when it has none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from spanglass_collector.store.literal import sql_literal
from spanglass_evaluators.documents import documents_of, documents_text
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.messages import asked_text, said_text, system_text
from spanglass_evaluators.tools import called_tools, offered_tools

SCORE_PREFIX = "score:"
METADATA_PREFIX = "metadata."

# Derived column -> (columns read, how a row of them becomes text).
_DERIVED: Mapping[str, tuple[tuple[str, ...], Callable[..., Any]]] = {
    "output_text": (("OutputMessages", "Output"), said_text),
    "input_text": (("InputMessages", "Input"), asked_text),
    "prompt_text": (("InputMessages", "Input"), said_text),
    "system_text": (("SystemInstructions", "InputMessages"), system_text),
    "documents": (("Documents", "Output"), documents_of),
    "documents_text": (("Documents",), documents_text),
    "offered_tools": (("ToolDefinitions",), offered_tools),
    "called_tools": (("OutputMessages",), called_tools),
}
TEXT_COLUMNS = frozenset(name for name in _DERIVED if name.endswith("_text"))

_PLAIN = re.compile(r"[A-Z][A-Za-z]*(\.[A-Za-z]+)?")


def sources_of(columns: Sequence[str]) -> list[str]:
    """The stored columns behind `columns`, each once."""
    sources = [source for name in columns for source in _DERIVED.get(name, ((name,), None))[0]]
    return list(dict.fromkeys(sources))


def sql_of(source: str) -> str:
    """The SQL expression over `spans` of one stored column. Raises ConfigurationError for an unknown name."""
    if source == "time_ns":
        return "toUnixTimestamp64Nano(Timestamp)"
    if source == "reference":
        source = METADATA_PREFIX + "reference"
    if source.startswith(METADATA_PREFIX):
        return f"SpanAttributes[{sql_literal('spanglass.' + source)}]"
    if not _PLAIN.fullmatch(source):
        raise ConfigurationError(f"{source!r} is not a column: use a column of spans, metadata.KEY or score:NAME")
    return f"`{source}`"


def derive(columns: Sequence[str], read: Mapping[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """The asked columns from the stored ones."""
    derived: dict[str, Sequence[Any]] = {}
    for name in columns:
        if name in _DERIVED:
            sources, to_text = _DERIVED[name]
            derived[name] = [to_text(*row) for row in zip(*(read[s] for s in sources), strict=True)]
        else:
            derived[name] = read[name]
    return derived


def derive_lists(columns: Sequence[str], read: Mapping[str, Sequence[Sequence[Any]]]) -> dict[str, Sequence[Any]]:
    """As `derive`, for traces and sessions: a cell is a list over the target's spans."""
    derived: dict[str, Sequence[Any]] = {}
    for name in columns:
        if name in _DERIVED:
            sources, to_text = _DERIVED[name]
            cells = zip(*(read[s] for s in sources), strict=True)
            derived[name] = [[to_text(*span) for span in zip(*lists, strict=True)] for lists in cells]
        else:
            derived[name] = read[name]
    return derived
