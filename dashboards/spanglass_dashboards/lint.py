"""Our own rules for a dashboard's JSON: what a person needs to read it, what Grafana needs to load it, what the store
needs to bear it. Each rule yields sentences; none means the dashboard is fine.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from spanglass_dashboards.layout import GRID_WIDTH
from spanglass_dashboards.links import KEPT
from spanglass_dashboards.panel import DATASOURCE

Dashboard = Mapping[str, Any]
UNITS = frozenset({"short", "percentunit", "ns", "s", "bytes", "currencyUSD", "cpm", "none"})
WHATEVER_RANGE = "whatever the range"
GRAFANAS_OWN = frozenset({"__url_time_range", "__value", "__field", "__data"})
_LINK = re.compile(r"/d/([\w-]+)\?(\S*)")


def findings(dashboards: Mapping[str, Dashboard]) -> list[str]:
    """What is wrong, over all of them: `name: panel: what`."""
    found = [f"{name}: {text}" for name, one in dashboards.items() for rule in _RULES for text in rule(one)]
    return found + [f"{name}: {text}" for name, one in dashboards.items() for text in _links(one, dashboards)]


def panels(dashboard: Dashboard) -> list[dict[str, Any]]:
    """All that are drawn: rows are headings."""
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def _readable(dashboard: Dashboard) -> Iterator[str]:
    for panel in panels(dashboard):
        title = panel["title"] or "a panel"
        if not panel["title"] or not panel["description"].endswith("."):
            yield f"{title}: needs a title, and a description that ends in a full stop"
        if panel["fieldConfig"]["defaults"].get("unit") not in UNITS:
            yield f"{title}: needs a unit of {', '.join(sorted(UNITS))}"
    titles = [panel["title"] for panel in panels(dashboard)]
    yield from (f"{title}: two panels are called so" for title in set(titles) if titles.count(title) > 1)


def _loadable(dashboard: Dashboard) -> Iterator[str]:
    if not 39 <= dashboard["schemaVersion"] <= 41 or dashboard["id"] is not None or not dashboard["uid"]:
        yield "needs schema 39 to 41 (Grafana 11 and 12), a null id and a uid"
    ids = [panel["id"] for panel in dashboard["panels"]]
    cells = list(itertools.chain.from_iterable(_cells(panel["gridPos"]) for panel in dashboard["panels"]))
    if len(set(ids)) != len(ids) or len(set(cells)) != len(cells) or max(x for x, _ in cells) >= GRID_WIDTH:
        yield "panels share an id or a place, or stand outside the grid"


def _cells(place: Mapping[str, int]) -> itertools.product[tuple[int, int]]:
    return itertools.product(range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"]))


def _asks_the_chosen_store(dashboard: Dashboard) -> Iterator[str]:
    annotations = dashboard["annotations"]["list"]
    asking = [*panels(dashboard), *annotations, *(t for panel in panels(dashboard) for t in panel["targets"])]
    asking += _queried(dashboard) + [one["target"] for one in annotations]
    for one in asking:
        if one["datasource"] != DATASOURCE:
            yield f"{one.get('title', one.get('name', 'a query'))}: must ask ${{datasource}}"


def _knows_its_variables(dashboard: Dashboard) -> Iterator[str]:
    names = {variable["name"] for variable in dashboard["templating"]["list"]}
    used = set(re.findall(r"\$\{(\w+)[:.}]", str(dashboard["panels"]) + str(dashboard["templating"])))
    yield from (f"${{{name}}} is used and no variable" for name in sorted(used - names - GRAFANAS_OWN))
    yield from (f"the variable {name} changes nothing" for name in sorted(names - used - set(KEPT)))


def _bears_load(dashboard: Dashboard) -> Iterator[str]:
    """Every statement is bounded: in time, to a project, in rows."""
    for panel in panels(dashboard):
        sql, title = panel["targets"][0]["rawSql"], panel["title"]
        if (
            not re.search(r"\$__(timeFilter|toTime|fromTime)|first_second", sql)
            and WHATEVER_RANGE not in panel["description"]
        ):
            yield f"{title}: is not bounded by the range, and its description does not say so"
        shared = "all projects" in panel["description"] or "system." in sql or panel["type"] == "traces"
        if "${project" not in sql and not shared:
            yield f"{title}: shows all projects, and its description does not say so"
        if panel["type"] in ("table", "barchart") and "LIMIT" not in sql:
            yield f"{title}: needs a LIMIT"
        if panel["type"] == "timeseries" and "ORDER BY time" not in sql:
            yield f"{title}: needs ORDER BY time"
        if " SETTINGS " in sql:
            yield f"{title}: a reader may not change settings"


def _queried(dashboard: Dashboard) -> list[dict[str, Any]]:
    return [variable for variable in dashboard["templating"]["list"] if variable["type"] == "query"]


def _links(dashboard: Dashboard, all_of_them: Mapping[str, Dashboard]) -> Iterator[str]:
    """Links lead to dashboards that exist, and give them variables that they have."""
    variables = {one["uid"]: {v["name"] for v in one["templating"]["list"]} for one in all_of_them.values()}
    for uid, query in set(_LINK.findall(str([dashboard["panels"]]).replace("'", " "))):
        if uid not in variables:
            yield f"links to {uid}, which is no dashboard"
            continue
        given = set(re.findall(r"var-(\w+)=", query)) | set(re.findall(r"\$\{(\w+):queryparam\}", query))
        yield from (f"gives {uid} the variable {name}, which it has not" for name in sorted(given - variables[uid]))


_RULES: tuple[Callable[[Dashboard], Iterator[str]], ...] = (
    _readable,
    _loadable,
    _asks_the_chosen_store,
    _knows_its_variables,
    _bears_load,
)
