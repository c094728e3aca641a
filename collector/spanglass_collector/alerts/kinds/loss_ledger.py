"""`loss_ledger`: what SDKs say they handed over against what is stored. About Spanglass itself.

SDKs count with OpenTelemetry's own instruments (semantic conventions, otel.sdk.*), which arrive as metrics.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from spanglass_collector.alerts.question import Query, bounds, render
from spanglass_collector.alerts.rule import Subject
from spanglass_collector.alerts.table import Table

_HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class LossLedgerQuestion:
    """The share of a service's spans that its SDK counted and the store has not; at least `min_missing` of them."""

    min_missing: int

    def query(self, project: str, since: datetime, until: datetime) -> Query:
        own = {"min_missing": self.min_missing}
        return Query(render("loss_ledger.sql.j2"), {**bounds(project, since, until), **own})


def read(table: Table) -> Subject:
    question = LossLedgerQuestion(table.whole("min_missing", 100, least=1))
    share = table.number("share", 0.02, least=0.0)
    return Subject(
        question, ">=", share, "spans that SDKs counted and the store has not", "share",
        window_s=_HOUR_S, scope="system",
    )  # fmt: skip
