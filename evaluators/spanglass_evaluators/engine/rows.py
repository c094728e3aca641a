"""What the engine writes: judgements as rows of `scores` and `window_scores`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from spanglass_collector.store import Store
from spanglass_evaluators.contract import (
    Failure,
    Judgement,
    SpanEvaluator,
    Window,
    WindowEvaluator,
    WindowJudgement,
)
from spanglass_evaluators.digest import config_digest
from spanglass_evaluators.engine.target import Target

SCORE_COLUMNS = (
    "Project", "ScoredAt", "TargetKind", "TraceId", "SpanId", "SessionId", "TargetTime", "Name", "Value",
    "Label", "Explanation", "Evaluator", "EvaluatorVersion", "ConfigDigest", "Source", "CostUsd", "Error",
    "TargetId", "TargetSpans",
)  # fmt: skip

WINDOW_COLUMNS = (
    "Project", "ScoredAt", "Name", "Feature", "Cohort", "Method", "Statistic", "PValue", "AdjustedPValue",
    "EffectSize", "EffectLow", "EffectHigh", "Threshold", "Drifted", "N", "ReferenceN",
    "WindowStart", "WindowEnd", "ReferenceStart", "ReferenceEnd",
    "Explanation", "Evaluator", "EvaluatorVersion", "ConfigDigest", "Error",
    "Ratio", "RatioLow", "RatioHigh", "WithinEffect", "WithinLow", "WithinHigh", "Reversed",
)  # fmt: skip


def write_scores(
    store: Store,
    evaluator: SpanEvaluator,
    judged: Iterable[tuple[Target, Judgement | Failure]],
    *,
    now_ns: int,
) -> None:
    """Append one row a target. Writing the same again replaces: the rows share their sorting key."""
    digest = config_digest(evaluator.config)
    rows = [_score_row(evaluator, digest, target, result, now_ns) for target, result in judged]
    if rows:
        store.insert("scores", rows, SCORE_COLUMNS)


def _score_row(
    evaluator: SpanEvaluator, digest: str, target: Target, result: Judgement | Failure, now_ns: int
) -> list[Any]:
    judgement = result if isinstance(result, Judgement) else Judgement(None)
    error = result.reason if isinstance(result, Failure) else ""
    return [
        target.project, now_ns // 1000, target.kind, target.trace_id, target.span_id, target.session_id,
        target.time_ns, evaluator.name, judgement.value, judgement.label, judgement.explanation,
        evaluator.name, evaluator.version, digest, "evaluator", judgement.cost_usd, error,
        target.item_id, target.spans,
    ]  # fmt: skip


def write_window_scores(
    store: Store,
    evaluator: WindowEvaluator,
    windows: tuple[Window | None, Window],
    judgements: Sequence[WindowJudgement],
    *,
    project: str,
    cohort: str,
    now_ns: int,
) -> None:
    """Append one row a judgement. `cohort` names the part of the traffic the windows were cut from."""
    rows = [_window_row(evaluator, windows, j, project, cohort, now_ns) for j in judgements]
    if rows:
        store.insert("window_scores", rows, WINDOW_COLUMNS)


def _window_row(
    evaluator: WindowEvaluator,
    windows: tuple[Window | None, Window],
    judgement: WindowJudgement,
    project: str,
    cohort: str,
    now_ns: int,
) -> list[Any]:
    reference, current = windows[0] or windows[1], windows[1]
    j = judgement
    cohorts = ", ".join(part for part in (cohort, j.cohort) if part)
    tested = (j.statistic, j.p_value, j.adjusted_p_value, j.effect_size, j.effect_low, j.effect_high, j.threshold)
    of_groups = (j.ratio, j.ratio_low, j.ratio_high, j.within_effect, j.within_low, j.within_high)
    moments = [ns // 1_000_000 for w in (current, reference) for ns in (w.start_ns, w.end_ns)]
    return [
        project, now_ns // 1000, evaluator.name, j.feature, cohorts, j.method, *map(_finite, tested), j.drifted, j.n,
        j.reference_n, *moments, j.explanation, evaluator.name, evaluator.version,
        config_digest(evaluator.config), j.error, *map(_finite, of_groups), j.is_reversed,
    ]  # fmt: skip


def _finite(number: float | None) -> float | None:
    return float(number) if number is not None and math.isfinite(number) else None
