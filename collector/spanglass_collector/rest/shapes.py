"""What the answers look like. Times are Unix nanoseconds unless the name says otherwise; null: not known."""

from __future__ import annotations

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue

T = TypeVar("T")


class Shape(BaseModel):
    """Answers hold these fields and no others."""

    model_config = ConfigDict(extra="forbid", strict=True, protected_namespaces=())


class Page(Shape, Generic[T]):
    """`next`: send it back as `cursor` for the following page; null on the last one."""

    items: list[T]
    next: str | None


class Project(Shape):
    project: str
    spans: int
    first_s: int
    last_s: int


class TraceHead(Shape):
    """A trace in a list, by its root span. Sums run over model calls; `cost_usd` is null when none has a price."""

    trace_id: str
    start_ns: int
    name: str
    service: str
    duration_ns: int
    status: str
    status_message: str
    session_id: str
    user_id: str
    environment: str
    spans: int
    errors: int
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None
    unpriced_calls: int


class TraceSpan(Shape):
    """A span in a trace, without its texts. `children` are span ids; spans come depth first."""

    span_id: str
    parent_span_id: str
    depth: int
    children: list[str]
    name: str
    kind: str
    service: str
    start_ns: int
    duration_ns: int
    status: str
    status_message: str
    error_type: str
    provider: str
    request_model: str
    response_model: str
    input_tokens: int | None
    output_tokens: int | None
    cached_input_tokens: int | None
    reasoning_tokens: int | None
    cost_usd: float | None
    time_to_first_token_ns: int | None
    session_id: str
    user_id: str
    agent: str
    tool: str
    prompt: str
    prompt_version: str
    tags: list[str]
    environment: str
    release: str
    model_version: str


class Score(Shape):
    """One judgement. `value` null: none, or the evaluator could not tell; then `error` may say why."""

    id: str
    scored_ns: int
    target: str
    trace_id: str
    span_id: str
    session_id: str
    name: str
    value: float | None
    label: str
    explanation: str
    evaluator: str
    evaluator_version: str
    source: str
    cost_usd: float | None
    error: str


class Trace(Shape):
    """`is_cut`: the trace has more spans than one answer holds."""

    trace_id: str
    spans: list[TraceSpan]
    scores: list[Score]
    is_cut: bool


class Session(Shape):
    session_id: str
    start_ns: int
    last_ns: int
    traces: int
    spans: int
    errors: int
    user_id: str
    cost_usd: float | None
    unpriced_calls: int


class Window(Shape):
    """A judgement of a window or a cohort. `drifted` null: not enough data to tell.

    Gaps between groups: `effect_size` is first minus second, `ratio` first over second, `within_effect` the gap with
    the mix of strata held fixed, `reversed` whether that gap clearly has the other sign (Simpson's paradox). Null:
    there are no strata, or it is no gap between groups.
    """

    name: str
    feature: str
    cohort: str
    method: str
    statistic: float | None
    p_value: float | None
    adjusted_p_value: float | None
    effect_size: float | None
    effect_low: float | None
    effect_high: float | None
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    within_effect: float | None
    within_low: float | None
    within_high: float | None
    reversed: bool | None
    threshold: float | None
    drifted: bool | None
    n: int
    reference_n: int
    window_start_ms: int
    window_end_ms: int
    reference_start_ms: int
    reference_end_ms: int
    explanation: str
    evaluator: str
    evaluator_version: str
    error: str


class Usage(Shape):
    """`key` is the model, user, day ... that was asked `by`; `calls` are model calls."""

    key: str
    spans: int
    calls: int
    errors: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    unpriced_calls: int


class Rows(Shape, Generic[T]):
    items: list[T]


class Stored(Shape):
    """Feedback that is stored. The same request again, or the same `id` again, replaces it."""

    id: str


class Problem(Shape):
    """RFC 9457. `detail` says what to do."""

    type: str
    title: str
    status: int
    detail: str


AnyRow = dict[str, JsonValue]
