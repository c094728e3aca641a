"""What the traffic costs and who causes it. Each panel's SQL is the file of the same name beside this one."""

from __future__ import annotations

from functools import partial
from typing import Any

from spanglass_dashboards import links, statements
from spanglass_dashboards.frame import Frame, dashboard
from spanglass_dashboards.kinds import from_zero, stat, table, timeseries
from spanglass_dashboards.layout import Row
from spanglass_dashboards.panel import with_steps

_sql = partial(statements.load, "cost")
_FRAME = Frame(
    links.COST,
    "Spanglass cost and usage",
    "What model calls cost, by model, service, prompt version, user, session and feature.",
    since="now-7d",
    refresh="5m",
)
_MONEY = {"Cost": "currencyUSD"}


def cost() -> dict[str, Any]:
    """The dashboard's JSON."""
    return dashboard(_FRAME, (_money(), _over_time(), _who(), _what()))


def _money() -> Row:
    change = stat(
        "Against before",
        "Change against the period of the same length just before the range.",
        _sql("against_before"),
        unit="percentunit",
    )
    unpriced = stat(
        "Unpriced share",
        "Share of calls whose cost is unknown. They are not free, and not in any sum here.",
        _sql("unpriced"),
        unit="percentunit",
    )
    return Row(
        "Money",
        (
            stat("Cost", "What the priced calls of the range cost.", _sql("total"), unit="currencyUSD"),
            with_steps(change, (None, "green"), (0.2, "yellow"), (0.5, "red")),
            stat(
                "Expected this month",
                "The month so far, and its remaining days at the average of the last seven.",
                _sql("forecast"),
                unit="currencyUSD",
            ),
            stat(
                "Cost of 1000 calls",
                "Mean cost of a thousand priced calls.",
                _sql("cost_of_thousand_calls"),
                unit="currencyUSD",
            ),
            stat(
                "Cached share",
                "Share of input tokens read from the provider's cache, of calls that say how many were.",
                _sql("cached_share"),
                unit="percentunit",
            ),
            with_steps(unpriced, (None, "green"), (0.05, "yellow"), (0.5, "red")),
        ),
    )


def _over_time() -> Row:
    def money(title: str, name: str, description: str) -> Any:
        return from_zero(timeseries(title, description, _sql(name), unit="currencyUSD", stacking="normal"))

    days = timeseries(
        "Cost a day",
        "By model and calendar day of the server's time zone. The first and last day may be cut by the range.",
        _sql("by_day"),
        unit="currencyUSD",
        stacking="normal",
        width=24,
        bars=True,
    )
    parts = timeseries(
        "Tokens by part",
        "Input without what was cached, cached input, output without reasoning, reasoning: parts add up to all tokens.",
        _sql("tokens_by_part"),
        unit="short",
        stacking="normal",
    )
    return Row(
        "Over time",
        (
            money("Cost an hour by model", "by_model", "The rate at which money is spent, by model."),
            money("Cost an hour by service", "by_service", "The rate at which money is spent, by service."),
            money(
                "Cost an hour by prompt version",
                "by_prompt_version",
                "The rate at which money is spent, by prompt name and version.",
            ),
            from_zero(parts),
            from_zero(days),
        ),
    )


def _who() -> Row:
    users = table(
        "Users", "Whose calls cost most. Cost is unknown where no call has a price.", _sql("users"), units=_MONEY
    )
    sessions = table(
        "Sessions",
        "The dearest sessions; a click on the trace opens one of their traces.",
        _sql("sessions"),
        units=_MONEY,
    )
    return Row("Who", (links.chooses(users, "User", links.TRACES, "user"), links.opens_trace(sessions)))


def _what() -> Row:
    models = table(
        "Models",
        "By model and provider.",
        _sql("models"),
        width=8,
        units={**_MONEY, "Cost of 1000 calls": "currencyUSD"},
    )
    features = table(
        "Features",
        "By the application's tags. A call with several tags counts in each, so the rows do not add up.",
        _sql("features"),
        width=8,
        units=_MONEY,
    )
    unpriced = table(
        "Models without a price",
        "Name their price in spanglass.toml, or update genai-prices.",
        _sql("unpriced_models"),
        width=8,
    )
    return Row("What", (links.chooses(models, "Model", links.COST, "model"), features, unpriced))
