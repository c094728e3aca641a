"""What the provider said beside what is in `spans`, and whose fault a difference is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from spanglass_collector.store import Store
from spanglass_collector.store.aliases import Dialects
from tests.instrumentation.recorded import recorded
from tests.instrumentation.stored import COLUMNS, stored
from tests.instrumentation.traffic import Call

PARAMETERS = dict.fromkeys(
    ("llm.invocation_parameters", "embedding.invocation_parameters"), ("RequestModel", "Streaming")
)


class Cause(Enum):
    """Why a column does not hold what the provider said."""

    NOT_SENT = "not sent"
    SENT_OTHERWISE = "sent otherwise"
    LOST = "sent, and lost by us"


@dataclass(frozen=True)
class Outcome:
    """One call: columns as the provider's answer has them, and as they are stored."""

    call: Call
    recorded: dict[str, Any]
    stored: dict[str, Any]

    @property
    def wrong(self) -> list[str]:
        return [column for column, value in self.recorded.items() if self.stored[column] != value]

    def cause(self, column: str) -> Cause:
        """Of a wrong column."""
        if self._lost(column):
            return Cause.LOST
        return Cause.SENT_OTHERWISE if self.stored[column] else Cause.NOT_SENT

    def _lost(self, column: str) -> set[str]:
        """Words of the recorded value that were sent for this column and are not in it."""
        sent = [str(value) for value in sent_for(column, self.call).values()]
        missing = set(_words(self.recorded[column])) - set(_words(self.stored[column]))
        return {word for word in missing if any(word in text for text in sent)}


def sent_for(column: str, call: Call) -> dict[str, Any]:
    """The span's attributes that our tables read as this column."""
    return {key: value for key, value in call.attributes.items() if column in columns_of(key)}


def columns_of(key: str) -> Iterable[str]:
    """Columns that an attribute may fill; none for a name the tables do not know."""
    if key in ALIASES:
        return ("RequestModel", "ResponseModel") if ALIASES[key] == "AnyModel" else (ALIASES[key],)
    return PARAMETERS.get(key) or [field for prefix, field in FAMILIES if key.startswith(prefix)]


_dialects = Dialects.load()
ALIASES = {alias: field for field, alias in _dialects.fields}
FAMILIES = [(row.prefix, row.field) for row in _dialects.indexed]


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, list):
        yield from (item[2] if isinstance(item, tuple) else item for item in value)
    else:
        yield str(value)


def outcomes(calls: Iterable[Call], store: Store, service: str) -> list[Outcome]:
    """Each call with its row; a call without a row is a KeyError."""
    result = store.query(
        f"SELECT TraceId, {', '.join(COLUMNS)} FROM spans WHERE ServiceName = {{service:String}}",
        {"service": service},
    )
    rows = {row[0]: dict(zip(COLUMNS, row[1:], strict=True)) for row in result.result_rows}
    return [Outcome(call, recorded(call.recording), stored(rows[call.trace_id])) for call in calls]
