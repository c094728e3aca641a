"""Examples out of traffic: by score, by thumb, by error, by correction, or at random."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any

from spanglass_app.datasets.chat import Chat, chat_messages, system_messages
from spanglass_app.datasets.item import Item
from spanglass_collector.store import Store


@dataclass(frozen=True, slots=True)
class Selection:
    """Which model calls. `score` with `at_least`/`at_most` keeps those scored so; a thumb is `feedback`, 0 or 1."""

    since: datetime
    score: str = ""
    at_least: float = float("-inf")
    at_most: float = float("inf")
    errors: bool = False
    corrected: bool = False
    model_version: str = ""
    service: str = ""
    seed: int = 0
    limit: int = 10_000

    def __str__(self) -> str:
        """What differs from the defaults, for the dataset's record."""
        default = asdict(Selection(self.since))
        said = {name: value for name, value in asdict(self).items() if value != default[name]}
        return ", ".join([f"since {self.since:%Y-%m-%dT%H:%M:%SZ}", *(f"{n}={v}" for n, v in said.items())])


def items(store: Store, project: str, selection: Selection) -> Iterator[Item]:
    """Raises StoreError."""
    sql = files(__package__).joinpath("sql/candidates.sql").read_text(encoding="utf-8")
    result = store.query(sql, {"project": project, **asdict(selection)})
    for row in result.result_rows:
        item = _item(dict(zip(result.column_names, row, strict=True)))
        if item is not None:
            yield item


def _item(row: Mapping[str, Any]) -> Item | None:
    asked = chat_messages(row["InputMessages"] or row["Input"], "user")
    if not asked:
        return None  # prompts were not captured: there is nothing to learn from
    if not any(message.get("role") in ("system", "developer") for message in asked):
        asked = system_messages(row["SystemInstructions"]) + asked
    answers = chat_messages(row["OutputMessages"] or row["Output"], "assistant")[:1]
    wanted, rejected = _preference(answers, row["Correction"] or "")
    known = {"model_version": row["ModelVersion"], "model": row["RequestModel"], "error": row["ErrorType"]}
    return Item(
        [*asked, *wanted],
        rejected,
        row["TraceId"],
        row["SpanId"],
        row["SessionId"],
        {name: value for name, value in known.items() if value},
    )


def _preference(answers: list[Chat], correction: str) -> tuple[list[Chat], Chat | None]:
    if not correction:
        return answers, None
    return [{"role": "assistant", "content": correction}], answers[0] if answers else None
