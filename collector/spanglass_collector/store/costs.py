"""What calls cost, by whatever money is asked for. Sums run over model calls, each once (view model_calls)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files

from spanglass_collector.store.contract import Store

KEYS = {
    "project": "Project",
    "user": "UserId",
    "session": "SessionId",
    "prompt": "trim(concat(PromptName, ' ', PromptVersion))",
    "model": "Model",
    "day": "Day",
    "service": "ServiceName",
    "environment": "Environment",
}
"""What costs can be asked by -> its SQL over `model_calls`."""


@dataclass(frozen=True, slots=True)
class Cost:
    """One group's calls. Sums are over the calls that say, None when none does; `unpriced`: calls without a cost."""

    key: str
    calls: int
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None
    reported_usd: float | None
    computed_usd: float | None
    unpriced: int


def cost_by(
    store: Store, by: str, since: datetime, until: datetime, *, project: str = "", limit: int = 100
) -> list[Cost]:
    """Groups by cost, the dearest first; days in order of time. `project` '': all. KeyError for an unknown `by`."""
    text = files(__package__).joinpath("queries/cost_by.sql").read_text(encoding="utf-8")
    text = text.replace("{key}", KEYS[by]).replace("{order}", "key" if by == "day" else "cost_usd DESC NULLS LAST, key")
    bound = {"project": project, "since": since, "until": until, "limit": limit}
    return [Cost(*row) for row in store.query(text, bound).result_rows]
