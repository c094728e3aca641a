"""Spans, scores and window scores with only what a test is about; a clock that moves when told."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from spanglass_collector.store import Store

NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=timezone.utc)
ROUTING_KEY = "0123456789abcdef0123456789abcdef"


@dataclass
class Clock:
    """Stands still until moved."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Traffic:
    """Writes rows as the collector and the evaluators would."""

    store: Store
    ids: itertools.count[int] = field(default_factory=itertools.count)

    def calls(self, count: int, at: datetime, **columns: Any) -> list[str]:
        """`count` model calls in the minute before `at`; returns their trace ids."""
        moments = [at - timedelta(seconds=1 + i % 50) for i in range(count)]
        return self._calls([{"Timestamp": moment, **columns} for moment in moments])

    def each(self, moments: Sequence[datetime], **columns: Sequence[Any]) -> list[str]:
        """A model call a second before each moment, with a value of each column of its own."""
        rows = zip(moments, *columns.values(), strict=True)
        return self._calls(
            [{"Timestamp": at - timedelta(seconds=1), **dict(zip(columns, own, strict=True))} for at, *own in rows]
        )

    def _calls(self, chosen: list[dict[str, Any]]) -> list[str]:
        rows = [
            {
                "Project": "shop",
                "TraceId": f"{next(self.ids):032x}",
                "SpanId": f"{i:016x}",
                "ServiceName": "chat",
                "Kind": "llm",
                "StatusCode": "Ok",
                "Duration": 1_000_000_000,
                "RequestModel": "gpt-4",
                "CostUsd": 0.01,
                **columns,
            }
            for i, columns in enumerate(chosen)
        ]
        self._insert("spans", rows)
        return [row["TraceId"] for row in rows]

    def scores(self, count: int, at: datetime, **columns: Any) -> None:
        rows = [
            {
                "Project": "shop",
                "ScoredAt": at,
                "TargetKind": "span",
                "TargetTime": at - timedelta(seconds=1),
                "TraceId": f"{next(self.ids):032x}",
                "Name": "toxicity",
                "Value": 0.1,
                "Label": "clean",
                "Evaluator": "toxicity",
                **columns,
            }
            for _ in range(count)
        ]
        self._insert("scores", rows)

    def window(self, at: datetime, **columns: Any) -> None:
        row = {
            "Project": "shop",
            "ScoredAt": at,
            "Name": "drift",
            "Feature": "OutputTokens",
            "Method": "ks",
            "EffectSize": 0.5,
            "PValue": 0.001,
            "Drifted": True,
            "N": 500,
            "ReferenceN": 500,
            "WindowStart": at - timedelta(hours=1),
            "WindowEnd": at,
            "ReferenceStart": at - timedelta(days=2),
            "ReferenceEnd": at - timedelta(days=1),
            "Explanation": "answers are longer",
            **columns,
        }
        self._insert("window_scores", [row])

    def _insert(self, table: str, rows: list[dict[str, Any]]) -> None:
        names = list(rows[0])
        self.store.insert(table, [[row[name] for name in names] for row in rows], names)
