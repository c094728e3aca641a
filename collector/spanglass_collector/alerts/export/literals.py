"""A rule's question as one statement without parameters, as Grafana can ask it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from spanglass_collector.alerts.question import SINCE, UNTIL
from spanglass_collector.alerts.rule import Rule
from spanglass_collector.store.literal import sql_literal

_PLACE = re.compile(r"\{(\w+):[^}]*\}")
_OWN_COLUMNS = ("value", "trace_ids", "explanation")
_ANY_TIME = datetime(2000, 1, 1, tzinfo=timezone.utc)


def grafana_sql(rule: Rule, project: str) -> str:
    """The SELECT with Grafana's time macros and every other value written out, value and labels alone.

    Grafana's alerting takes one numeric column and text columns, which become the labels of its instances. Its macros
    are replaced after comments are removed, so comments may not hold any; ours hold none.
    """
    query = rule.question.query(project, _ANY_TIME, _ANY_TIME)
    text = query.text.replace(SINCE, "$__fromTime_ms").replace(UNTIL, "$__toTime_ms")
    values = {
        **{name: _literal(value) for name, value in query.parameters.items()},
        "since_ms": "toUnixTimestamp64Milli($__fromTime_ms)",
        "until_ms": "toUnixTimestamp64Milli($__toTime_ms)",
    }
    inner = _PLACE.sub(lambda place: values[place[1]], _without_comments(text)).strip()
    labels = "* EXCEPT ('^(value|trace_ids|explanation|detail_.*)$')"
    lines = "\n".join(line.rstrip() for line in inner.splitlines() if line.strip())
    return f"SELECT toFloat64(value) AS value, {labels} FROM (\n{lines}\n)"  # noqa: S608  values are literals


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return sql_literal(value)
    if isinstance(value, Mapping):
        raise TypeError(f"no parameter of a rule is a mapping: {value!r}")
    if isinstance(value, Sequence):
        return f"[{', '.join(_literal(item) for item in value)}]"
    return repr(value)


def _without_comments(sql: str) -> str:
    return re.sub(r"--[^\n]*", "", sql)
