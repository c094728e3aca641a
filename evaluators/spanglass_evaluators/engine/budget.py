"""What an evaluator has used of its budget: in the store, for all workers, by hour.

A worker reads the sum at the start of a turn and adds its own; so several workers together may pass a bound by
what they do in one turn, never by more. A bound that is reached is told (Progress, metrics, the log); the targets
wait, unscored, for the next hour or day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timezone

from spanglass_collector.store import Store
from spanglass_evaluators.engine.limits import Budget

_HOUR_S, _DAY_S = 3_600, 86_400
_READ = """
SELECT sumIf(Calls, Hour >= toDateTime({hour:Int64})), sum(Calls),
       sumIf(CostUsd, Hour >= toDateTime({hour:Int64})), sum(CostUsd),
       sumIf(CpuSeconds, Hour >= toDateTime({hour:Int64})), sum(CpuSeconds)
FROM evaluator_spend
WHERE Project = '' AND Evaluator = {name:String} AND Hour >= toDateTime({day:Int64}) SETTINGS final = 0
"""
_COLUMNS = ("Project", "Evaluator", "Hour", "Calls", "CostUsd", "CpuSeconds")


@dataclass(frozen=True, slots=True)
class Spend:
    """Used in a stretch of time."""

    calls: int = 0
    usd: float = 0.0
    cpu_s: float = 0.0

    def plus(self, other: Spend) -> Spend:
        return Spend(self.calls + other.calls, self.usd + other.usd, self.cpu_s + other.cpu_s)


@dataclass(frozen=True, slots=True)
class Used:
    """Of the hour and of the day that `now_s` (Unix time) lies in."""

    now_s: int
    hour: Spend = Spend()
    day: Spend = Spend()

    def plus(self, spend: Spend) -> Used:
        return replace(self, hour=self.hour.plus(spend), day=self.day.plus(spend))


def room_for(budget: Budget, used: Used) -> tuple[int | None, str]:
    """How many targets more (None: no bound on calls), and the bound that leaves no room, '' when there is room."""
    bounds = (
        ("calls an hour", budget.calls_per_hour, used.hour.calls, _HOUR_S),
        ("calls a day", budget.calls_per_day, used.day.calls, _DAY_S),
        ("USD an hour", budget.usd_per_hour, used.hour.usd, _HOUR_S),
        ("USD a day", budget.usd_per_day, used.day.usd, _DAY_S),
        ("CPU seconds an hour", budget.cpu_s_per_hour, used.hour.cpu_s, _HOUR_S),
        ("CPU seconds a day", budget.cpu_s_per_day, used.day.cpu_s, _DAY_S),
    )
    for unit, bound, spent, period_s in bounds:
        if bound is not None and spent >= bound:
            turns = datetime.fromtimestamp(used.now_s // period_s * period_s + period_s, timezone.utc)
            return 0, f"budget of {bound:g} {unit} is used up; goes on at {turns:%Y-%m-%d %H:%M} UTC"
    calls = [int(bound - spent) for unit, bound, spent, _ in bounds if bound is not None and unit.startswith("calls")]
    return (max(1, min(calls)) if calls else None), ""


def read_used(store: Store, name: str, now_ns: int) -> Used:
    """What all workers have used of this hour and day."""
    now_s = now_ns // 10**9
    values = {"name": name, "hour": now_s // _HOUR_S * _HOUR_S, "day": now_s // _DAY_S * _DAY_S}
    [row] = store.query(_READ, values).result_rows
    return Used(now_s, Spend(row[0], row[2], row[4]), Spend(row[1], row[3], row[5]))


def write_spend(store: Store, name: str, spend: Spend, now_ns: int) -> None:
    """Add to what is used."""
    hour = datetime.fromtimestamp(now_ns // 10**9 // _HOUR_S * _HOUR_S, timezone.utc)
    store.insert("evaluator_spend", [["", name, hour, spend.calls, spend.usd, spend.cpu_s]], _COLUMNS)
