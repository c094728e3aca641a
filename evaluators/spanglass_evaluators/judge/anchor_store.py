"""Where anchors come from and where what is said of them goes: spans and scores."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

import orjson

from spanglass_collector.store import Store
from spanglass_evaluators.columns import derive, sources_of, sql_of
from spanglass_evaluators.contract import Failure, Judgement, SpanEvaluator, WindowJudgement, target_of
from spanglass_evaluators.digest import config_digest
from spanglass_evaluators.errors import ConfigurationError
from spanglass_evaluators.judge.anchor import LEAST_ITEMS, AnchorItem, AnchorSet

# Ordered by value, so that every n-th row covers the judge's whole range; within a value by a hash.
_JUDGED = """
SELECT TraceId, SpanId, argMax(Value, ScoredAt) AS Said FROM scores FINAL
WHERE Project = {project:String} AND Name = {judge:String} AND Source = 'evaluator' AND TargetKind = 'span'
    AND EvaluatorVersion = {version:String} AND ConfigDigest = {digest:String} AND Value IS NOT NULL
    AND TargetTime >= fromUnixTimestamp64Nano({since:Int64})
GROUP BY TraceId, SpanId ORDER BY Said, cityHash64(TraceId, SpanId)
"""
_TEXTS = """
SELECT TraceId, SpanId, {columns} FROM spans FINAL
WHERE Project = {{project:String}} AND has({{ids:Array(String)}}, concat(TraceId, SpanId))
"""

_SCORE_COLUMNS = (
    "Project", "ScoredAt", "TargetKind", "TargetTime", "TargetId", "Name", "Value", "Label", "Explanation",
    "Evaluator", "EvaluatorVersion", "ConfigDigest", "Source", "CostUsd", "Error",
)  # fmt: skip


def choose_anchors(store: Store, judge: SpanEvaluator, project: str, since_ns: int, n: int) -> AnchorSet:
    """`n` spans that this judge, as it is set now, has judged, over all its values. Raises ConfigurationError."""
    if target_of(judge) != "span":
        raise ConfigurationError(f"{judge.name} judges {target_of(judge)}s: anchors are spans")
    digest = config_digest(judge.config)
    parameters = {
        "project": project, "judge": judge.name, "version": judge.version, "digest": digest, "since": since_ns,
    }  # fmt: skip
    judged = store.query(_JUDGED, parameters).result_rows
    if len(judged) < LEAST_ITEMS:
        raise ConfigurationError(
            f"{judge.name} as it is set now has judged {len(judged)} spans of project {project!r} since then: "
            f"an anchor set needs at least {LEAST_ITEMS}"
        )
    count = min(n, len(judged))
    kept = [judged[(2 * i + 1) * len(judged) // (2 * count)] for i in range(count)]
    items = _with_texts(store, judge, project, kept)
    made_at = datetime.now(timezone.utc).isoformat(timespec="seconds")
    return AnchorSet(judge.name, judge.version, digest, made_at, tuple(items))


def _with_texts(store: Store, judge: SpanEvaluator, project: str, judged: Sequence[Sequence[Any]]) -> list[AnchorItem]:
    values = {f"{trace}{span}": float(value) for trace, span, value in judged}
    sources = sources_of(judge.columns)
    sql = _TEXTS.format(columns=", ".join(map(sql_of, sources)))
    rows = store.query(sql, {"project": project, "ids": list(values)}).result_rows
    read = {name: [row[2 + i] for row in rows] for i, name in enumerate(sources)}
    columns = derive(judge.columns, read)
    return [
        AnchorItem(f"{row[0]}{row[1]}", {name: columns[name][i] for name in judge.columns}, values[f"{row[0]}{row[1]}"])
        for i, row in enumerate(rows)
    ]


def write_anchor_scores(
    store: Store, project: str, anchors: AnchorSet, results: Sequence[Judgement | Failure], now_ns: int
) -> None:
    """One row an item and run: `NAME.anchor` of a dataset item, with what the judge said when it was frozen."""
    pairs = zip(anchors.items, results, strict=True)
    rows = [_score_row(project, anchors, item, result, now_ns) for item, result in pairs]
    store.insert("scores", rows, _SCORE_COLUMNS)


def _score_row(
    project: str, anchors: AnchorSet, item: AnchorItem, result: Judgement | Failure, now_ns: int
) -> list[Any]:
    judgement = result if isinstance(result, Judgement) else Judgement(None)
    return [
        project, now_ns // 1000, "dataset_item", now_ns, item.id, f"{anchors.judge}.anchor", judgement.value,
        judgement.label, orjson.dumps({"then": item.value, "now": judgement.value}).decode(), anchors.judge,
        anchors.version, anchors.digest, "evaluator", judgement.cost_usd,
        result.reason if isinstance(result, Failure) else "",
    ]  # fmt: skip


def write_anchor_drift(store: Store, project: str, anchors: AnchorSet, found: WindowJudgement, now_ns: int) -> None:
    """As any drift: name `drift`, feature `anchor:NAME`; alert rules of kind drift see it."""
    frozen_ms = int(datetime.fromisoformat(anchors.made_at).timestamp() * 1000)
    now_ms = now_ns // 1_000_000
    row = {
        "Project": project, "ScoredAt": now_ns // 1000, "Name": "drift", "Feature": found.feature,
        "Method": found.method, "Statistic": found.statistic, "PValue": found.p_value,
        "EffectSize": found.effect_size, "EffectLow": found.effect_low, "EffectHigh": found.effect_high,
        "Threshold": found.threshold, "Drifted": found.drifted, "N": found.n, "ReferenceN": found.reference_n,
        "WindowStart": now_ms, "WindowEnd": now_ms, "ReferenceStart": frozen_ms, "ReferenceEnd": frozen_ms,
        "Explanation": found.explanation, "Evaluator": anchors.judge, "EvaluatorVersion": anchors.version,
        "ConfigDigest": anchors.digest,
    }  # fmt: skip
    store.insert("window_scores", [list(row.values())], list(row))
